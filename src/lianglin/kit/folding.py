"""Templates with what never changes worked out once per language: words, addresses, drawings, named templates, joined texts.

Four fifths of a page's nodes say the same at every request: ``{% translate "Log out" %}``, ``{% static "kit/icons.svg" %}``,
``{% url "kit:elder" %}``, ``{% icon "phone" %}``, ``{% load %}``. A template is compiled once for each language, those
nodes are asked once, and neighbouring texts become one. A template that is included or extended by a name in quotes
is looked up once. The page is the same to the byte.
"""

from __future__ import annotations

from typing import Any, TypeGuard

from django.template import Context, Template
from django.template.base import FilterExpression, Node, NodeList, TextNode
from django.template.defaulttags import CommentNode, LoadNode, URLNode
from django.template.library import SimpleNode
from django.template.loader_tags import ExtendsNode, IncludeNode
from django.template.loaders import base, cached
from django.templatetags.i18n import LanguageNode, TranslateNode
from django.templatetags.static import StaticNode
from django.urls import NoReverseMatch
from django.utils.html import conditional_escape
from django.utils.translation import get_language

from lianglin.kit.addresses import address

CONSTANT_TAGS = frozenset({"icon"})
"""Simple tags of our own whose answer depends on their arguments alone."""


class _Folding(base.Loader):
    def get_template(self, template_name: str, skip: Any = None) -> Template:
        template = super().get_template(template_name, skip)
        fold(template.nodelist)
        return template


class Loader(cached.Loader, _Folding):
    """Django's cached loader, which keeps a folded template per language. It is folded before anybody sees it."""

    def cache_key(self, template_name: str, skip: Any = None) -> str:
        """The key under which a template is kept."""
        return f"{get_language()}:{super().cache_key(template_name, skip)}"


def fold(nodes: NodeList) -> None:
    """Replaces constant nodes by their text, in place, down through every block. Joins what stands side by side."""
    folded: list[Node] = []
    for node in nodes:
        text = text_of(node)
        if text is None:
            _keep_template(node)
            for name in _lists_of(node):
                fold(name)
            folded.append(Address(node) if _by_pattern(node) else node)
        elif folded and isinstance(folded[-1], TextNode):
            folded[-1] = _text(folded[-1].s + text, folded[-1])
        elif text:
            folded.append(_text(text, node))
    nodes[:] = folded


class Address(Node):
    """``{% url "name" value … %}``, put together from its pattern (``kit/addresses.py``)."""

    child_nodelists = ()

    def __init__(self, node: URLNode) -> None:
        self.name, self.values = str(getattr(node.view_name.var, "literal", node.view_name.var)), node.args
        self.token, self.origin = node.token, node.origin

    def render(self, context: Any) -> str:
        """The address, escaped as Django's node does; NoReverseMatch for values that fit no route."""
        found = address(self.name, *(value.resolve(context) for value in self.values))
        return conditional_escape(found) if context.autoescape else found


def _by_pattern(node: Node) -> TypeGuard[URLNode]:
    return isinstance(node, URLNode) and not node.asvar and not node.kwargs and _literal(node.view_name)


class Kept:
    """Stands for the name of a template: gives the template itself, looked up when it is first wanted."""

    def __init__(self, name: str) -> None:
        self.name, self.template = name, None

    def resolve(self, context: Any, ignore_failures: bool = False) -> Template:
        """The template; TemplateDoesNotExist without one."""
        if self.template is None:
            self.template = context.template.engine.get_template(self.name)
        return self.template


def _keep_template(node: Node) -> None:
    """Looks up what an include or extends names in quotes once, unless the name depends on who names it."""
    attribute = "template" if isinstance(node, IncludeNode) else "parent_name"
    name = getattr(node, attribute, None)
    if isinstance(node, (IncludeNode, ExtendsNode)) and isinstance(name, FilterExpression) and _literal(name):
        said = str(getattr(name.var, "literal", name.var))
        if not said.startswith(".") and said != node.origin.template_name:
            setattr(node, attribute, Kept(said))


def _lists_of(node: Node) -> list[NodeList]:
    if isinstance(node, LanguageNode):  # another language is spoken inside
        return []
    lists = [
        value for name in node.child_nodelists if isinstance(value := getattr(node, name, None), NodeList)
    ]
    branches = getattr(node, "conditions_nodelists", ())  # of {% if %}: child_nodelists names them together
    own = [branch for _condition, branch in branches]
    return own or lists


def text_of(node: Node) -> str | None:
    """What a node always says in the language that is spoken now; None when it depends on the page."""
    if isinstance(node, TextNode):
        return node.s
    if isinstance(node, (CommentNode, LoadNode)):
        return ""
    if not _constant(node):
        return None
    try:
        return str(node.render(Context()))
    except (NoReverseMatch, ValueError):  # an address or a file that is not there: an error only if asked for
        return None


def _constant(node: Node) -> bool:
    if isinstance(node, TranslateNode):
        about = node.message_context
        plain = not node.asvar and not node.noop and _literal(node.filter_expression)
        return plain and (not about or _literal(about))
    if isinstance(node, StaticNode):
        return not node.varname and _literal(node.path)
    if isinstance(node, URLNode):
        return not node.asvar and not node.args and not node.kwargs and _literal(node.view_name)
    if isinstance(node, SimpleNode):
        plain = not node.takes_context and not node.target_var and node.func.__name__ in CONSTANT_TAGS
        return plain and all(map(_literal, [*node.args, *node.kwargs.values()]))
    return False


def _literal(expression: FilterExpression) -> bool:
    """A text in quotes, without filters."""
    return isinstance(getattr(expression.var, "literal", expression.var), str) and not expression.filters


def _text(said: str, like: Node) -> TextNode:
    node = TextNode(said)
    node.token, node.origin = like.token, like.origin
    return node
