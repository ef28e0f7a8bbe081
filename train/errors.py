"""What can be wrong about a training, an evaluation or an export."""

from db.errors import WikishelfError


class SettingInvalid(WikishelfError):
    """{option} cannot be {value}: {reason}"""


class MemoryMissing(WikishelfError):
    """{what} needs {needed} GB of memory, and {available} GB are available; free some, or take fewer pairs (--topic,
    --min-articles) or --dimensions; nothing was stored"""


class NothingToEvaluate(WikishelfError):
    """no article of model {model_id} has five links or more, so no link can be held out; ingest more articles"""


class TfConfigInvalid(WikishelfError):
    """TF_CONFIG cannot be used for a training: {reason}; see docs/training.md, or unset it to train on one machine"""


class WorkerMissing(WikishelfError):
    """{workers} did not join the training within {seconds} s; start the same command there with its own index in
    TF_CONFIG, and let the machines reach each other's ports"""


class WorkersDiffer(WikishelfError):
    """worker {index} has {what} {theirs} and worker 0 has {ours}; start all workers with the same options, on the same
    database and with the same versions"""


class WorkerLost(WikishelfError):
    """the training lost {worker} ({reason}); nothing was stored: start the training again on every machine"""


class FolderTaken(WikishelfError):
    """{folder} exists already and is not an empty folder; name a new folder, or remove this one first"""


class FolderUnwritable(WikishelfError):
    """cannot write {folder}: {reason}; nothing was left behind there"""


class TopicNotInModel(WikishelfError):
    """model {model_id} has no article of the topic "{topic}"; it has {known}"""


class ArrowMissing(WikishelfError):
    """--format parquet needs pyarrow, which is not installed: pip install "wikishelf[export]" """


class NothingToMap(WikishelfError):
    """model {model_id} has no article to put on a map; ingest articles and run "python -m train" again"""


class LikesUnreadable(WikishelfError):
    """cannot read {path}: {reason}; give a UTF-8 file of lines with a reader, a title and maybe a rating from 0 to 5"""


class NoReaders(WikishelfError):
    """{name} has no reader who likes {fewest} to {most} articles of this shelf: {malformed} of its {lines} lines are
    malformed, and {unknown} of its {titles} titles are not in the shelf"""


class NoSeeAlso(WikishelfError):
    """no article of model {model_id} has a section "See also" that links to another of its articles; import a dump of
    pages, since records and imports of earlier versions do not tell, or more articles"""


class ExtraMissing(WikishelfError):
    """this needs {library}, which is not installed: pip install "wikishelf[train]" """
