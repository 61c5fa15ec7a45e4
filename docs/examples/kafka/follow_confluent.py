"""Follow your organisation's events on Kafka, with confluent-kafka (librdkafka), which also signs in anew on an open connection.

pip install confluent-kafka joserfc; beside what kafka_token.py needs: IHALA_KAFKA (host:port) and IHALA_ORGANIZATION (its id).
"""

import os
from contextlib import suppress

from confluent_kafka import Consumer, KafkaException
from kafka_token import CA_FILE, URL, kafka_token

ORGANIZATION = os.environ["IHALA_ORGANIZATION"]

consumer = Consumer({
    "bootstrap.servers": os.environ["IHALA_KAFKA"],
    "group.id": f"{ORGANIZATION}.example-confluent",  # groups begin with your organisation's id and a full stop
    "auto.offset.reset": "earliest",
    "enable.auto.commit": False,
    "security.protocol": "SASL_SSL" if URL.startswith("https:") else "SASL_PLAINTEXT",
    **({"ssl.ca.location": CA_FILE} if CA_FILE else {}),
    "sasl.mechanism": "OAUTHBEARER",
    "oauth_cb": lambda _: kafka_token(),
})  # fmt: skip
consumer.subscribe([f"ihala.for.{ORGANIZATION}.v1"])
last = 0
while True:
    record = consumer.poll(1.0)
    if record is None:
        continue
    if record.error():
        raise KafkaException(record.error())
    event = {name: value.decode() for name, value in record.headers()}
    if int(event["ce_sequence"]) > last:  # else it comes again, after a fall on either side
        last = int(event["ce_sequence"])
        print(last, event["ce_id"], event["ce_type"], event["ce_subject"], record.value().decode(), flush=True)
    with suppress(KafkaException):  # while the broker is away: then it comes again
        consumer.commit(record, asynchronous=False)  # only now it is dealt with
