package org.ihala.client;

import java.net.http.HttpHeaders;

/**
 * A good answer.
 *
 * @param data what its body says; null where it has none
 * @param etag the version, for the If-Match of the next change; null where there is none
 */
public record Answer<T>(T data, int status, String etag, HttpHeaders headers) {}
