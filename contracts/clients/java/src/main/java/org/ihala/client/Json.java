package org.ihala.client;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.deser.std.StdScalarDeserializer;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.StdScalarSerializer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.util.function.Function;

/** JSON as Ihala speaks it: what a newer server adds is passed over, what is not set is not sent, times are ISO 8601. */
public final class Json {
    static final ObjectMapper MAPPER = new ObjectMapper()
        .setDefaultPropertyInclusion(JsonInclude.Include.NON_NULL)
        .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
        .registerModule(times());

    private Json() {}

    /** Return a type for {@link Connection#call}. */
    public static JavaType of(Class<?> kind) {
        return MAPPER.constructType(kind);
    }

    /** Return the type of a list of these. */
    public static JavaType listOf(Class<?> kind) {
        return MAPPER.getTypeFactory().constructCollectionType(java.util.List.class, kind);
    }

    static byte[] bytes(Object value) {
        try {
            return MAPPER.writeValueAsBytes(value);
        } catch (JsonProcessingException error) {
            throw new IllegalArgumentException(error);
        }
    }

    static <T> T read(byte[] bytes, JavaType type) {
        try {
            return MAPPER.readValue(bytes, type);
        } catch (IOException error) {
            throw new UncheckedIOException(error);
        }
    }

    private static SimpleModule times() {
        return new SimpleModule()
            .addSerializer(OffsetDateTime.class, new Written<>(OffsetDateTime.class))
            .addSerializer(LocalDate.class, new Written<>(LocalDate.class))
            .addDeserializer(OffsetDateTime.class, new Read<>(OffsetDateTime.class, OffsetDateTime::parse))
            .addDeserializer(LocalDate.class, new Read<>(LocalDate.class, LocalDate::parse));
    }

    private static final class Written<T> extends StdScalarSerializer<T> {
        Written(Class<T> kind) {
            super(kind);
        }

        @Override
        public void serialize(T value, JsonGenerator out, SerializerProvider provider) throws IOException {
            out.writeString(value.toString());
        }
    }

    private static final class Read<T> extends StdScalarDeserializer<T> {
        private final transient Function<String, T> parse;

        Read(Class<T> kind, Function<String, T> parse) {
            super(kind);
            this.parse = parse;
        }

        @Override
        public T deserialize(JsonParser in, DeserializationContext context) throws IOException {
            return parse.apply(in.getText());
        }
    }
}
