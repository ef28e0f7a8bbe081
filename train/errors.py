"""What can be wrong about a training before it starts."""

from db.errors import WikishelfError


class SettingInvalid(WikishelfError):
    """{option} cannot be {value}: {reason}"""
