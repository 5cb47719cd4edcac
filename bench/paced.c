/*
 * An open-loop client: blind bill payments at a fixed rate, whatever the server does.
 *
 * Usage: paced PORT TOKENS_FILE CONNECTIONS RATE_PER_SECOND SECONDS RUN
 *
 * Payment n is due at n / rate. It is sent on the first free connection, and its latency counts
 * from when it was due, so that a stall shows in every payment that it delays. One thread, epoll;
 * 127.0.0.1 only. It prints one JSON object, latencies in microseconds.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

enum {
    MAX_CONNECTIONS = 1024,
    MAX_TOKENS = 4096,
    MAX_TOKEN_BYTES = 128,
    MAX_REQUEST_BYTES = 1024,
    ANSWER_BYTES = 4096,
    DRAIN_SECONDS = 5,
};

struct connection { int socket; int64_t due; int used; char answer[ANSWER_BYTES]; };

static struct connection connections[MAX_CONNECTIONS];
static int idle[MAX_CONNECTIONS], idle_count;
static char tokens[MAX_TOKENS][MAX_TOKEN_BYTES];
static int token_count;
static int64_t *latencies, latency_count, refused;

static void fail(const char *what) {
    fprintf(stderr, "paced: %s: %s\n", what, strerror(errno));
    exit(1);
}

static int64_t nanoseconds_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static void read_tokens(const char *path) {
    FILE *file = fopen(path, "r");
    if (!file) fail(path);
    while (token_count < MAX_TOKENS && fgets(tokens[token_count], MAX_TOKEN_BYTES, file)) {
        tokens[token_count][strcspn(tokens[token_count], "\n")] = 0;
        token_count++;
    }
    fclose(file);
    if (token_count == 0) fail("no tokens");
}

static void open_connections(int poll, uint16_t port, int count) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int on = 1;
    for (int index = 0; index < count; index++) {
        int handle = socket(AF_INET, SOCK_STREAM, 0);
        if (handle < 0 || connect(handle, (struct sockaddr *)&address, sizeof address) != 0)
            fail("connect");
        setsockopt(handle, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        connections[index].socket = handle;
        struct epoll_event event = {.events = EPOLLIN, .data.u32 = (uint32_t)index};
        if (epoll_ctl(poll, EPOLL_CTL_ADD, handle, &event) != 0) fail("epoll_ctl");
        idle[idle_count++] = index;
    }
}

static void send_payment(int64_t number, int64_t due, int run) {
    struct connection *connection = &connections[idle[--idle_count]];
    char body[256], request[MAX_REQUEST_BYTES];
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    int64_t instant = (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
    int body_bytes = snprintf(
        body, sizeof body,
        "{\"product_id\":\"MOBILE\",\"account_number\":\"%02d%09" PRId64 "\",\"amount_fen\":%d}",
        run % 100, number, (int)(1000 + number % 49000));
    int bytes = snprintf(
        request, sizeof request,
        "POST /v1/bill-payments HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer %s\r\n"
        "Idempotency-Key: %014" PRIx64 "-%06" PRIx64 "\r\nContent-Type: application/json\r\n"
        "Content-Length: %d\r\n\r\n%s",
        tokens[number % token_count], instant, (uint64_t)number & 0xffffff, body_bytes, body);
    connection->due = due;
    connection->used = 0;
    if (send(connection->socket, request, (size_t)bytes, MSG_NOSIGNAL) != bytes) fail("send");
}

/* Whether the answer is complete; it must say how long it is. */
static int is_complete(struct connection *connection) {
    connection->answer[connection->used] = 0;
    char *end = strstr(connection->answer, "\r\n\r\n");
    if (!end) return 0;
    char *length = strcasestr(connection->answer, "\r\nContent-Length:");
    if (!length || length > end) fail("an answer without Content-Length");
    return connection->used >= end + 4 - connection->answer + atoi(length + 17);
}

static void take_answer(int index) {
    struct connection *connection = &connections[index];
    ssize_t count = recv(connection->socket, connection->answer + connection->used,
                         (size_t)(ANSWER_BYTES - 1 - connection->used), 0);
    if (count <= 0) fail("the server closed a connection or sent too much");
    connection->used += (int)count;
    if (!is_complete(connection)) return;
    if (strncmp(connection->answer, "HTTP/1.1 201", 12) != 0) {
        if (refused++ == 0) fprintf(stderr, "paced: first refusal:\n%s\n", connection->answer);
    }
    latencies[latency_count++] = (nanoseconds_now() - connection->due) / 1000;
    idle[idle_count++] = index;
}

static int by_value(const void *left, const void *right) {
    int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;
    return (a > b) - (a < b);
}

static int64_t percentile(int64_t per_thousand) {
    return latencies[(latency_count - 1) * per_thousand / 1000];
}

int main(int count, char **words) {
    if (count != 7) fail("usage: paced PORT TOKENS CONNECTIONS RATE SECONDS RUN");
    int connection_count = atoi(words[3]), run = atoi(words[6]);
    int64_t rate = atoi(words[4]), total = rate * atoi(words[5]);
    if (connection_count < 1 || connection_count > MAX_CONNECTIONS || rate < 1 || total < 1)
        fail("a number is out of range");
    read_tokens(words[2]);
    latencies = calloc((size_t)total, sizeof *latencies);
    int poll = epoll_create1(0);
    if (!latencies || poll < 0) fail("set-up");
    open_connections(poll, (uint16_t)atoi(words[1]), connection_count);

    struct epoll_event events[MAX_CONNECTIONS];
    int64_t sent = 0, start = nanoseconds_now();
    int64_t deadline = start + (total / rate + DRAIN_SECONDS) * 1000000000;
    while (latency_count < total) {
        int64_t now = nanoseconds_now();
        if (now > deadline) break;
        while (sent < total && idle_count > 0 && start + sent * 1000000000 / rate <= now) {
            send_payment(sent, start + sent * 1000000000 / rate, run);
            sent++;
        }
        int64_t wait = 100000000;
        if (sent < total && idle_count > 0) wait = start + sent * 1000000000 / rate - now;
        if (wait < 0) wait = 0;
        struct timespec pause = {.tv_sec = 0, .tv_nsec = wait};
        int ready = epoll_pwait2(poll, events, MAX_CONNECTIONS, &pause, NULL);
        if (ready < 0 && errno != EINTR) fail("epoll_pwait2");
        for (int index = 0; index < ready; index++) take_answer((int)events[index].data.u32);
    }
    double seconds = (double)(nanoseconds_now() - start) / 1e9;
    if (latency_count == 0) fail("no answer");
    qsort(latencies, (size_t)latency_count, sizeof *latencies, by_value);
    printf("{\"rate\": %" PRId64 ", \"requests\": %" PRId64 ", \"unanswered\": %" PRId64
           ", \"refused\": %" PRId64 ", \"seconds\": %.3f, \"p50_us\": %" PRId64
           ", \"p99_us\": %" PRId64 ", \"p999_us\": %" PRId64 ", \"max_us\": %" PRId64 "}\n",
           rate, latency_count, total - latency_count, refused, seconds, percentile(500),
           percentile(990), percentile(999), latencies[latency_count - 1]);
    return 0;
}
