"""What benefits do in the background; procrastinate finds the tasks that are imported here."""

from lianglin.benefits.tasks import claims as claims
from lianglin.benefits.tasks import life as life
from lianglin.benefits.tasks import matching as matching
from lianglin.benefits.tasks import reviewing as reviewing
