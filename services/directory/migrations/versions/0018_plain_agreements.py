"""The version of an agreement is plain text, as all texts of the directory are: what was written before loses its markup."""

from alembic import op

revision = "0018"
down_revision = "0017"

_MARKUP = r"<(?=\s*[a-zA-Z/!?])|&(?=#?\w+;)|[\x01-\x1f\x7f\u202a-\u202e\u2066-\u2069]"


def upgrade() -> None:
    op.execute("SELECT set_config('app.system', 'migration', true)")  # the owner is held by the row policies too
    op.execute(f"UPDATE organization SET agreement_version = {_plain('agreement_version')} WHERE agreement_version ~ '{_MARKUP}'")
    version = "draft #>> '{agreement,version}'"
    op.execute(f"""
        UPDATE application SET draft = jsonb_set(draft, '{{agreement,version}}', to_jsonb({_plain(version)}))
        WHERE {version} ~ '{_MARKUP}'
    """)


def _plain(text: str) -> str:
    return f"coalesce(nullif(regexp_replace({text}, '{_MARKUP}', '', 'g'), ''), '-')"
