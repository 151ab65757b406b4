"""Tables of people: who lives where, who acts for whom, what they agreed to."""

from lianglin.people.models.consents import Consent, ConsentText
from lianglin.people.models.duplicates import DuplicateHalf, DuplicatePair, Merge
from lianglin.people.models.former import FormerValue
from lianglin.people.models.guardians import Guardianship
from lianglin.people.models.imports import ImportMapping, ImportPart, PeopleImport
from lianglin.people.models.names import NameKey
from lianglin.people.models.residents import Household, Membership, Resident

__all__ = [
    "Consent",
    "ConsentText",
    "DuplicateHalf",
    "DuplicatePair",
    "FormerValue",
    "Guardianship",
    "Household",
    "ImportMapping",
    "ImportPart",
    "Membership",
    "Merge",
    "NameKey",
    "PeopleImport",
    "Resident",
]
