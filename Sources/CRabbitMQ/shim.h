#ifndef CERTFORGE_CRABBITMQ_SHIM_H
#define CERTFORGE_CRABBITMQ_SHIM_H
/* eventfd(2) is missing from the Glibc module of Swift. */
#include <sys/eventfd.h>
#include <sys/time.h>
/* Newer versions keep the headers in a folder of their own (Ubuntu 24.04 does, Debian 12 does not yet). */
#if __has_include(<rabbitmq-c/amqp.h>)
#include <rabbitmq-c/amqp.h>
#include <rabbitmq-c/framing.h>
#include <rabbitmq-c/ssl_socket.h>
#include <rabbitmq-c/tcp_socket.h>
#else
#include <amqp.h>
#include <amqp_framing.h>
#include <amqp_ssl_socket.h>
#include <amqp_tcp_socket.h>
#endif

/* amqp_login_with_properties is variadic, which Swift cannot call: this is it with SASL PLAIN. */
static inline amqp_rpc_reply_t certforge_amqp_login_plain(
    amqp_connection_state_t state, char const *virtual_host, int channel_max, int frame_max, int heartbeat,
    amqp_table_t const *client_properties, char const *user, char const *password) {
    return amqp_login_with_properties(
        state, virtual_host, channel_max, frame_max, heartbeat, client_properties, AMQP_SASL_METHOD_PLAIN, user,
        password);
}
#endif
