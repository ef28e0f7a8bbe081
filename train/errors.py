"""What can be wrong about a training or an evaluation before it starts."""

from db.errors import WikishelfError


class SettingInvalid(WikishelfError):
    """{option} cannot be {value}: {reason}"""


class NothingToEvaluate(WikishelfError):
    """no article of model {model_id} has five links or more, of which one could be held out; ingest more articles"""


class TfConfigInvalid(WikishelfError):
    """TF_CONFIG is not fit for a training: {reason}; see docs/training.md, or unset it to train on one machine"""


class WorkerMissing(WikishelfError):
    """{workers} did not join the training within {seconds} s; start the same command there with its own index in
    TF_CONFIG, and let the machines reach each other's ports"""


class WorkersDiffer(WikishelfError):
    """worker {index} has {what} {theirs} and worker 0 has {ours}; start all with the same options on the same database,
    with the same versions"""


class WorkerLost(WikishelfError):
    """{worker} of the training is gone ({reason}); nothing was stored: start the training again on every machine"""
