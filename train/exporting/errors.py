"""What can be wrong about an export."""

from db.errors import WikishelfError


class FolderTaken(WikishelfError):
    """{folder} is there already and not an empty folder; give a new one, or remove it first"""


class FolderUnwritable(WikishelfError):
    """cannot write {folder}: {reason}; nothing is left there"""


class TopicNotInModel(WikishelfError):
    """model {model_id} has no article of the topic "{topic}"; it has {known}"""


class ArrowMissing(WikishelfError):
    """--format parquet needs pyarrow, which is not installed: pip install "wikishelf[export]" """
