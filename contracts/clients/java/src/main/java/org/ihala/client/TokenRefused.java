package org.ihala.client;

/** No token was given (RFC 6749, 5.2). */
public final class TokenRefused extends RuntimeException {
    private final int status;
    private final String error;

    TokenRefused(int status, String error, String description) {
        super(description == null ? error : error + ": " + description);
        this.status = status;
        this.error = error;
    }

    /** Return the status of the answer. */
    public int status() {
        return status;
    }

    /** Return why, for programs: {@code invalid_client}, {@code invalid_scope}, … */
    public String error() {
        return error;
    }
}
