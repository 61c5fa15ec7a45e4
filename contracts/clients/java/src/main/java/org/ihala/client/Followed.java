package org.ihala.client;

/**
 * An event and where to go on after it.
 *
 * @param cursor keep it when the event has been dealt with; whoever begins again from it may see some twice, and misses none;
 *     empty, it is the beginning
 */
public record Followed(CloudEvent event, String cursor) {}
