"""What travels over RabbitMQ: messages, envelopes, the broker, the AMQP codec and the departments' vhost."""
