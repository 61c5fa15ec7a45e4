package org.ihala.client;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.OffsetDateTime;
import java.util.UUID;

/**
 * One event (CloudEvents 1.0). It may come twice: know it by {@code id}.
 *
 * @param subject the id of what it is about: a referral, a need, a service, …
 * @param time when it happened; null where you may not know that
 * @param dataschema name and version of what {@code data} is: {@code urn:ihala:schema:referral.accepted.v1}
 * @param sequence its place in your organisation's feed
 * @param ihalareplay whether it was sent before, and is sent again because somebody asked for it; only webhooks say so
 * @param data ids, codes and times; {@link #dataAs} reads it
 */
public record CloudEvent(
    UUID id, String source, String type, String subject, OffsetDateTime time, String dataschema, long sequence, boolean ihalareplay,
    JsonNode data
) {
    /** Return the data as one of {@code org.ihala.client.events}; what you may not see of it is null. */
    public <T> T dataAs(Class<T> kind) {
        return Json.MAPPER.convertValue(data, kind);
    }
}
