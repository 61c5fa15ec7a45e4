"""Writes a record for a schema; one that goes out has a builder, too."""

from ihala_local.clients.java.names import class_name, documented, member_name, sentences
from ihala_local.clients.java.types import PRIMITIVE, Schema, Types

IMPORTS = """import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import java.util.UUID;
"""

_SETTER = """        public Builder {member}({of} value) {{
            {member} = value;
            return this;
        }}
"""
_BUILDER = """    /** Return a builder; what is not set is not sent. */
    public static Builder builder() {{
        return new Builder();
    }}

    /** Sets some members, then builds. */
    public static final class Builder {{
{held}

        private Builder() {{}}

{setters}
        public {name} build() {{
            return new {name}({given});
        }}
    }}
"""


def record(package: str, name: str, schema: Schema, types: Types, *, has_builder: bool) -> str:
    """Return the source of a record. An event's says its type, and leaves out what stands in the event around it."""
    kind = schema["properties"].get("type", {}).get("const", "")
    is_event = kind.startswith("org.ihala.")
    members = {key: part for key, part in schema["properties"].items() if not (is_event and key in ("type", "version"))}
    parts = [(key, member_name(key), types.of(part)) for key, part in members.items()]
    fields = ",\n".join(f'    @JsonProperty("{key}") {of} {member}' for key, member, of in parts)
    constant = f'    /** The event\'s type. */\n    public static final String TYPE = "{kind}";\n' if is_event else ""
    body = constant + (_builder(class_name(name), parts) if has_builder else "")
    return f"package {package};\n\n{IMPORTS}\n{_doc(schema, members, types)}public record {class_name(name)}(\n{fields}\n) {{\n{body}}}\n"


def _doc(schema: Schema, members: dict[str, Schema], types: Types) -> str:
    """Return the Javadoc: what the schema says of itself and of its members."""
    lines = [f" * {documented(schema.get('description') or schema.get('title', 'A part.'))}", " *"]
    for key, part in members.items():
        words = types.words(part)
        said = sentences(part.get("description", ""), f"One of: {', '.join(words)}" if words else "")
        if said:
            lines.append(f" * @param {member_name(key)} {documented(said)}")
    return "/**\n" + "\n".join(lines).removesuffix("\n *") + "\n */\n"


def _builder(name: str, parts: list[tuple[str, str, str]]) -> str:
    """Return a builder: what is not set is not sent."""
    held = "\n".join(f"        private {of} {member};" for _, member, of in parts)
    setters = "\n".join(_SETTER.format(member=member, of=PRIMITIVE.get(of, of)) for _, member, of in parts)
    return _BUILDER.format(name=name, held=held, setters=setters, given=", ".join(member for _, member, _ in parts))
