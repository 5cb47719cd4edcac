/*
 * The ceiling: the rows of blind bill payments, inserted straight into a loaded book.
 *
 * Usage: ceiling BOOK_DB BATCH SECONDS ANSWER_BYTES [OPTION...]
 *
 * It writes what a payment writes (idempotency key with its answer, postings, entry, business
 * row; balances, receipt counters and the tree's rows once for each batch) under the same schema,
 * triggers, PRAGMAs and checkpoint rule as the server, in one thread, with nothing around it. It
 * hashes nothing, so the book's balances hold afterwards and its tree does not. Amounts are fen,
 * `recorded_at` milliseconds.
 *
 * Options tell what a single thing costs:
 *   --savepoint  a savepoint around each payment
 *   --wide       all postings of an entry in one statement
 *   --status     with SQLite's memory statistics, as it comes
 */
#include <inttypes.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tree_rows.h"

enum {
    MAX_ACCOUNTS = 1 << 20,
    MAX_COUNTERS = 1 << 16,
    MAX_SHIFTS = 4096,
    MAX_BATCH = 4096,
    MAX_ANSWER_BYTES = 4096,
    MAX_TOUCHED = 4 * MAX_BATCH,
    CHECKPOINT_PAGES = 2000,
    CURRENCY = 156,
    FINGERPRINT_BYTES = 32,
};

struct account { int64_t debits, credits, latest_date, date_debits, date_credits; bool touched; };
struct counter { int64_t last; bool touched; };
struct shift { int64_t id, station, terminal, cash, commission; };
struct payable { int64_t product, account, contract; const char *code; };

static struct account accounts[MAX_ACCOUNTS];
static struct counter counters[MAX_COUNTERS];
static struct shift shifts[MAX_SHIFTS];
static int64_t touched_accounts[MAX_TOUCHED], touched_counters[MAX_TOUCHED];
static int shift_count, touched_account_count, touched_counter_count, log_pages;
static struct payable payables[2] = {{0, 0, 0, "MOBILE"}, {0, 0, 0, "TELECOM"}};
static int64_t business_date, last_entry, last_serial;
static bool use_savepoints, use_wide_postings;
static unsigned char answer[MAX_ANSWER_BYTES];
static int answer_bytes;
static uint64_t random_state = 88172645463325252u;
static sqlite3 *book;

enum statement {
    BEGIN, COMMIT, SAVEPOINT, RELEASE, KEY, POSTING, POSTINGS, ENTRY, ROW, BALANCE, RECEIPT,
    STATEMENT_COUNT
};
static sqlite3_stmt *statements[STATEMENT_COUNT];
static const char *const texts[STATEMENT_COUNT] = {
    [BEGIN] = "BEGIN IMMEDIATE",
    [COMMIT] = "COMMIT",
    [SAVEPOINT] = "SAVEPOINT command",
    [RELEASE] = "RELEASE command",
    [KEY] = "INSERT INTO idempotency_key (key, credential, fingerprint, recorded_at, outcome, "
            "answer) VALUES (?1, ?2, ?3, ?4, 'done', ?5)",
    [POSTING] = "INSERT INTO posting (entry_id, line, account_id, amount, currency) "
                "VALUES (?1, ?2, ?3, ?4, ?5)",
    [POSTINGS] = "INSERT INTO posting (entry_id, line, account_id, amount, currency) VALUES "
                 "(?1, 1, ?2, ?3, ?8), (?1, 2, ?4, ?5, ?8), (?1, 3, ?6, ?7, ?8)",
    [ENTRY] = "INSERT INTO journal_entry (entry_id, business_date, recorded_at, kind, narrative, "
              "source_id, phase) VALUES (?1, ?2, ?3, 'bill_payment', ?4, ?5, 0)",
    [ROW] = "INSERT INTO service_transaction (serial, business_date, recorded_at, shift_id, "
            "product_id, contract_id, kind, status, account_reference, partner_reference, "
            "amount_fen, fee_fen, commission_fen, receipt_number, entry_id, final_date) "
            "VALUES (?1, ?2, ?3, ?4, ?5, ?11, 'bill_payment', 'posted', ?6, '', ?7, 0, ?8, "
            "?9, ?10, ?2)",
    [BALANCE] = "UPDATE account_balance SET debits = ?1, credits = ?2, latest_date = ?3, "
                "date_debits = ?4, date_credits = ?5 WHERE account_id = ?6",
    [RECEIPT] = "INSERT INTO receipt_counter (station_id, business_date, last_number) "
                "VALUES (?1, ?2, ?3) ON CONFLICT (station_id) DO UPDATE SET "
                "business_date = excluded.business_date, last_number = excluded.last_number",
};

static void fail(const char *what) {
    fprintf(stderr, "ceiling: %s: %s\n", what, book ? sqlite3_errmsg(book) : "");
    exit(1);
}

static double seconds_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static double processor_seconds(void) {
    struct timespec used;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    return (double)used.tv_sec + (double)used.tv_nsec / 1e9;
}

static int64_t milliseconds_of_day_clock(void) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int count_pages(void *unused, sqlite3 *db, const char *name, int pages) {
    (void)unused, (void)db, (void)name;
    log_pages = pages;
    return SQLITE_OK;
}

static void run(enum statement which) {
    sqlite3_stmt *statement = statements[which];
    int result = sqlite3_step(statement);
    if (result != SQLITE_DONE) fail(texts[which]);
    sqlite3_reset(statement);
}

static void each_row(const char *text, void (*take)(sqlite3_stmt *)) {
    sqlite3_stmt *statement;
    if (sqlite3_prepare_v2(book, text, -1, &statement, NULL) != SQLITE_OK) fail(text);
    int result;
    while ((result = sqlite3_step(statement)) == SQLITE_ROW) take(statement);
    if (result != SQLITE_DONE) fail(text);
    sqlite3_finalize(statement);
}

static void take_account(sqlite3_stmt *row) {
    int64_t id = sqlite3_column_int64(row, 0);
    if (id < 0 || id >= MAX_ACCOUNTS) fail("too many accounts");
    accounts[id] = (struct account){
        sqlite3_column_int64(row, 1), sqlite3_column_int64(row, 2), sqlite3_column_int64(row, 3),
        sqlite3_column_int64(row, 4), sqlite3_column_int64(row, 5), false};
}

static void take_counter(sqlite3_stmt *row) {
    int64_t station = sqlite3_column_int64(row, 0);
    if (station < 0 || station >= MAX_COUNTERS) fail("too many stations");
    if (sqlite3_column_int64(row, 1) == business_date)
        counters[station].last = sqlite3_column_int64(row, 2);
}

static void take_shift(sqlite3_stmt *row) {
    if (shift_count == MAX_SHIFTS) fail("too many shifts");
    shifts[shift_count++] = (struct shift){
        sqlite3_column_int64(row, 0), sqlite3_column_int64(row, 1), sqlite3_column_int64(row, 2),
        sqlite3_column_int64(row, 3), sqlite3_column_int64(row, 4)};
}

static void take_product(sqlite3_stmt *row) {
    for (int index = 0; index < 2; index++) {
        if (strcmp((const char *)sqlite3_column_text(row, 0), payables[index].code) == 0) {
            payables[index].product = sqlite3_column_int64(row, 1);
            payables[index].account = sqlite3_column_int64(row, 2);
            payables[index].contract = sqlite3_column_int64(row, 3);
        }
    }
}

static void take_marks(sqlite3_stmt *row) {
    business_date = sqlite3_column_int64(row, 0);
    last_entry = sqlite3_column_int64(row, 1);
    last_serial = sqlite3_column_int64(row, 2);
}

static void open_book(const char *path, bool keep_status) {
    if (!keep_status) sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    if (sqlite3_open_v2(path, &book, flags, NULL) != SQLITE_OK) fail(path);
    sqlite3_wal_hook(book, count_pages, NULL);
    const char *settings =
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;"
        "PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; PRAGMA temp_store = MEMORY;"
        "PRAGMA cache_size = -65536;";
    if (sqlite3_exec(book, settings, NULL, NULL, NULL) != SQLITE_OK) fail("settings");
    each_row("SELECT business_date, (SELECT ifnull(max(entry_id), 0) FROM journal_entry), "
             "(SELECT ifnull(max(serial), 0) FROM service_transaction) "
             "FROM business_date WHERE state = 'open'", take_marks);
    each_row("SELECT account_id, debits, credits, latest_date, date_debits, date_credits "
             "FROM account_balance", take_account);
    each_row("SELECT station_id, business_date, last_number FROM receipt_counter", take_counter);
    each_row("SELECT h.shift_id, t.station_id, h.terminal_id, t.cash_account_id, "
             "s.commission_account_id FROM shift h JOIN till t USING (till_id) "
             "JOIN station s USING (station_id) WHERE h.state = 'open'", take_shift);
    each_row("SELECT p.code, p.product_id, r.payable_account_id, max(c.contract_id) "
             "FROM product p JOIN partner r USING (partner_id) "
             "JOIN contract c USING (product_id) GROUP BY p.product_id", take_product);
    if (business_date == 0 || shift_count == 0 || payables[0].account == 0
        || payables[1].account == 0)
        fail("the book has no open date, no open shift or no blind biller");
    for (int index = 0; index < STATEMENT_COUNT; index++) {
        if (sqlite3_prepare_v3(book, texts[index], -1, SQLITE_PREPARE_PERSISTENT,
                               &statements[index], NULL) != SQLITE_OK)
            fail(texts[index]);
    }
    if (!prepare_tree_rows(book)) fail("tree");
}

static void add(int64_t id, int64_t amount) {
    struct account *account = &accounts[id];
    if (account->latest_date != business_date) {
        account->latest_date = business_date;
        account->date_debits = account->date_credits = 0;
    }
    if (amount > 0) {
        account->debits += amount;
        account->date_debits += amount;
    } else {
        account->credits -= amount;
        account->date_credits -= amount;
    }
    if (!account->touched) {
        account->touched = true;
        touched_accounts[touched_account_count++] = id;
    }
}

static void insert_postings(int64_t entry, const int64_t ids[3], const int64_t amounts[3]) {
    if (use_wide_postings) {
        sqlite3_bind_int64(statements[POSTINGS], 1, entry);
        for (int line = 0; line < 3; line++) {
            sqlite3_bind_int64(statements[POSTINGS], 2 + 2 * line, ids[line]);
            sqlite3_bind_int64(statements[POSTINGS], 3 + 2 * line, amounts[line]);
        }
        sqlite3_bind_int64(statements[POSTINGS], 8, CURRENCY);
        run(POSTINGS);
        return;
    }
    for (int line = 0; line < 3; line++) {
        sqlite3_bind_int64(statements[POSTING], 1, entry);
        sqlite3_bind_int64(statements[POSTING], 2, line + 1);
        sqlite3_bind_int64(statements[POSTING], 3, ids[line]);
        sqlite3_bind_int64(statements[POSTING], 4, amounts[line]);
        sqlite3_bind_int64(statements[POSTING], 5, CURRENCY);
        run(POSTING);
    }
}

static void keep_key(int64_t number, int64_t terminal, int64_t now) {
    char key[32];
    // As long as the keys of payments.lua, and in their order.
    int length = snprintf(key, sizeof key, "%06x%08" PRIx64 "-%06x-%x", 1u, number, 0u, 0u);
    uint64_t fingerprint[FINGERPRINT_BYTES / sizeof(uint64_t)];
    for (size_t index = 0; index < sizeof fingerprint / sizeof *fingerprint; index++) {
        random_state ^= random_state << 13, random_state ^= random_state >> 7;
        fingerprint[index] = random_state ^= random_state << 17;
    }
    sqlite3_bind_text(statements[KEY], 1, key, length, SQLITE_STATIC);
    sqlite3_bind_int64(statements[KEY], 2, terminal);
    sqlite3_bind_blob(statements[KEY], 3, fingerprint, sizeof fingerprint, SQLITE_STATIC);
    sqlite3_bind_int64(statements[KEY], 4, now);
    sqlite3_bind_blob(statements[KEY], 5, answer, answer_bytes, SQLITE_STATIC);
    run(KEY);
}

static void insert_row(
    int64_t number, const struct shift *shift, const struct payable *payable, int64_t amount,
    int64_t commission, int64_t now
) {
    char reference[32];
    int length = snprintf(reference, sizeof reference, "01%09" PRId64, number);
    struct counter *counter = &counters[shift->station];
    counter->last++;
    if (!counter->touched) {
        counter->touched = true;
        touched_counters[touched_counter_count++] = shift->station;
    }
    sqlite3_bind_int64(statements[ROW], 1, last_serial);
    sqlite3_bind_int64(statements[ROW], 2, business_date);
    sqlite3_bind_int64(statements[ROW], 3, now);
    sqlite3_bind_int64(statements[ROW], 4, shift->id);
    sqlite3_bind_int64(statements[ROW], 5, payable->product);
    sqlite3_bind_text(statements[ROW], 6, reference, length, SQLITE_STATIC);
    sqlite3_bind_int64(statements[ROW], 7, amount);
    sqlite3_bind_int64(statements[ROW], 8, commission);
    sqlite3_bind_int64(statements[ROW], 9, counter->last);
    sqlite3_bind_int64(statements[ROW], 10, last_entry);
    sqlite3_bind_int64(statements[ROW], 11, payable->contract);
    run(ROW);
}

static void pay(int64_t number, int64_t now) {
    const struct shift *shift = &shifts[number % shift_count];
    const struct payable *payable = &payables[number % 2];
    int64_t amount = 1000 + number % 49000;
    int64_t commission = amount * 8 / 1000;
    if (commission < 10) commission = 10;
    int64_t ids[3] = {shift->cash, payable->account, shift->commission};
    int64_t amounts[3] = {amount, commission - amount, -commission};

    if (use_savepoints) run(SAVEPOINT);
    last_entry++, last_serial++;
    for (int line = 0; line < 3; line++) add(ids[line], amounts[line]);
    insert_postings(last_entry, ids, amounts);
    sqlite3_bind_int64(statements[ENTRY], 1, last_entry);
    sqlite3_bind_int64(statements[ENTRY], 2, business_date);
    sqlite3_bind_int64(statements[ENTRY], 3, now);
    sqlite3_bind_text(statements[ENTRY], 4, payable->code, -1, SQLITE_STATIC);
    sqlite3_bind_int64(statements[ENTRY], 5, last_serial);
    run(ENTRY);
    insert_row(number, shift, payable, amount, commission, now);
    keep_key(number, shift->terminal, now);
    if (use_savepoints) run(RELEASE);
}

static int by_value(const void *left, const void *right) {
    int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;
    return (a > b) - (a < b);
}

static void write_netted(void) {
    qsort(touched_accounts, (size_t)touched_account_count, sizeof(int64_t), by_value);
    for (int index = 0; index < touched_account_count; index++) {
        struct account *account = &accounts[touched_accounts[index]];
        sqlite3_bind_int64(statements[BALANCE], 1, account->debits);
        sqlite3_bind_int64(statements[BALANCE], 2, account->credits);
        sqlite3_bind_int64(statements[BALANCE], 3, account->latest_date);
        sqlite3_bind_int64(statements[BALANCE], 4, account->date_debits);
        sqlite3_bind_int64(statements[BALANCE], 5, account->date_credits);
        sqlite3_bind_int64(statements[BALANCE], 6, touched_accounts[index]);
        run(BALANCE);
        account->touched = false;
    }
    for (int index = 0; index < touched_counter_count; index++) {
        int64_t station = touched_counters[index];
        sqlite3_bind_int64(statements[RECEIPT], 1, station);
        sqlite3_bind_int64(statements[RECEIPT], 2, business_date);
        sqlite3_bind_int64(statements[RECEIPT], 3, counters[station].last);
        run(RECEIPT);
        counters[station].touched = false;
    }
    touched_account_count = touched_counter_count = 0;
}

int main(int count, char **words) {
    bool keep_status = false;
    if (count < 5) fail("usage: ceiling BOOK_DB BATCH SECONDS ANSWER_BYTES [OPTION...]");
    int batch = atoi(words[2]);
    double seconds = atof(words[3]);
    answer_bytes = atoi(words[4]);
    for (int index = 5; index < count; index++) {
        if (strcmp(words[index], "--savepoint") == 0) use_savepoints = true;
        else if (strcmp(words[index], "--wide") == 0) use_wide_postings = true;
        else if (strcmp(words[index], "--status") == 0) keep_status = true;
        else fail("unknown option");
    }
    if (batch < 1 || batch > MAX_BATCH || seconds <= 0 || answer_bytes < 0
        || answer_bytes > MAX_ANSWER_BYTES)
        fail("a number is out of range");
    memset(answer, 'x', sizeof answer);
    open_book(words[1], keep_status);

    int64_t number = 0;
    double start = seconds_now(), end = start, processor_start = processor_seconds();
    while (end - start < seconds) {
        int64_t now = milliseconds_of_day_clock(), old_size = last_entry;
        run(BEGIN);
        for (int index = 0; index < batch; index++) pay(number++, now);
        write_netted();
        if (!write_tree_rows(old_size, last_entry)) fail("tree");
        run(COMMIT);
        if (log_pages >= CHECKPOINT_PAGES)
            sqlite3_wal_checkpoint_v2(book, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
        end = seconds_now();
    }
    printf("{\"batch\": %d, \"payments\": %" PRId64 ", \"seconds\": %.3f, \"per_second\": %.0f, "
           "\"cpu_us_per_payment\": %.1f}\n",
           batch, number, end - start, (double)number / (end - start),
           (processor_seconds() - processor_start) * 1e6 / (double)number);
    for (int index = 0; index < STATEMENT_COUNT; index++) sqlite3_finalize(statements[index]);
    finish_tree_rows();
    return sqlite3_close(book) == SQLITE_OK ? 0 : 1;
}
