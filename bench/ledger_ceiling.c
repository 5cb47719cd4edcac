/*
 * The ledger's ceiling: the rows of entries, inserted straight into a ledger's book.
 *
 * Usage: ledger_ceiling BOOK_DB BATCH SECONDS
 *
 * It writes what `LedgerBench journal` writes (three postings and an entry; balances netted for
 * each batch in the order of their pages; the tree's head, state and nodes) under the same schema,
 * triggers, PRAGMAs and checkpoint rule, in one thread, with nothing around it. It reads nothing,
 * checks nothing and hashes nothing: all balances are in memory from the start, and the tree's
 * digests are arbitrary bytes, so the book is of no further use. Amounts are fen.
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
    MAX_BATCH = 1 << 16,
    POSTINGS_PER_ENTRY = 3,
    CHECKPOINT_PAGES = 2000,
    CURRENCY = 156,
};

struct account {
    int64_t debits, credits, pending_debits, pending_credits, latest_date, date_debits,
        date_credits;
    bool touched;
};

static struct account accounts[MAX_ACCOUNTS + 1];
static int64_t touched[POSTINGS_PER_ENTRY * MAX_BATCH];
static int touched_count, log_pages, checkpointed_pages;
static int64_t account_count, business_date, last_entry;
static uint64_t random_state = 88172645463325252u;
static sqlite3 *book;

enum statement { BEGIN, COMMIT, POSTING, ENTRY, BALANCE, STATEMENT_COUNT };
static sqlite3_stmt *statements[STATEMENT_COUNT];
static const char *const texts[STATEMENT_COUNT] = {
    [BEGIN] = "BEGIN IMMEDIATE",
    [COMMIT] = "COMMIT",
    [POSTING] = "INSERT INTO posting (entry_id, line, account_id, amount, currency) "
                "VALUES (?1, ?2, ?3, ?4, ?5)",
    [ENTRY] = "INSERT INTO journal_entry (entry_id, business_date, recorded_at, kind, narrative, "
              "source_id, phase, original_entry_id, original_date) "
              "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    [BALANCE] = "UPDATE account_balance SET debits = ?1, credits = ?2, pending_debits = ?3, "
                "pending_credits = ?4, latest_date = ?5, date_debits = ?6, date_credits = ?7 "
                "WHERE account_id = ?8",
};

static void fail(const char *what) {
    fprintf(stderr, "ledger_ceiling: %s: %s\n", what, book ? sqlite3_errmsg(book) : "");
    exit(1);
}

static double seconds_of(clockid_t clock) {
    struct timespec now;
    clock_gettime(clock, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
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
    if (sqlite3_step(statements[which]) != SQLITE_DONE) fail(texts[which]);
    sqlite3_reset(statements[which]);
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
    if (id != account_count + 1 || id > MAX_ACCOUNTS) fail("accounts are not numbered from 1");
    account_count = id;
    accounts[id] = (struct account){
        sqlite3_column_int64(row, 1), sqlite3_column_int64(row, 2), sqlite3_column_int64(row, 3),
        sqlite3_column_int64(row, 4), sqlite3_column_int64(row, 5), sqlite3_column_int64(row, 6),
        sqlite3_column_int64(row, 7), false};
}

static void take_marks(sqlite3_stmt *row) {
    business_date = sqlite3_column_int64(row, 0);
    last_entry = sqlite3_column_int64(row, 1);
}

static void open_book(const char *path) {
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    if (sqlite3_open_v2(path, &book, flags, NULL) != SQLITE_OK) fail(path);
    sqlite3_wal_hook(book, count_pages, NULL);
    const char *settings =
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;"
        "PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; PRAGMA temp_store = MEMORY;"
        "PRAGMA cache_size = -65536;";
    if (sqlite3_exec(book, settings, NULL, NULL, NULL) != SQLITE_OK) fail("settings");
    each_row("SELECT business_date, (SELECT ifnull(max(entry_id), 0) FROM journal_entry) "
             "FROM business_date WHERE state = 'open'", take_marks);
    each_row("SELECT account_id, debits, credits, pending_debits, pending_credits, latest_date, "
             "date_debits, date_credits FROM account_balance ORDER BY account_id", take_account);
    if (business_date == 0 || account_count < POSTINGS_PER_ENTRY)
        fail("the book has no open date or too few accounts");
    for (int index = 0; index < STATEMENT_COUNT; index++)
        if (sqlite3_prepare_v3(book, texts[index], -1, SQLITE_PREPARE_PERSISTENT,
                               &statements[index], NULL) != SQLITE_OK)
            fail(texts[index]);
    if (!prepare_tree_rows(book)) fail("tree");
}

static int64_t draw(void) {
    random_state ^= random_state << 13, random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return (int64_t)(random_state % (uint64_t)account_count) + 1;
}

static void add(int64_t id, int64_t amount) {
    struct account *account = &accounts[id];
    if (account->latest_date != business_date) {
        account->latest_date = business_date;
        account->date_debits = account->date_credits = 0;
    }
    if (amount > 0) account->debits += amount, account->date_debits += amount;
    else account->credits -= amount, account->date_credits -= amount;
    if (account->touched) return;
    account->touched = true;
    touched[touched_count++] = id;
}

static void post(int64_t now) {
    int64_t number = ++last_entry;
    int64_t amount = 1000 + number % 49000, commission = amount * 8 / 1000;
    if (commission < 10) commission = 10;
    int64_t ids[POSTINGS_PER_ENTRY] = {draw(), draw(), 0};
    while (ids[1] == ids[0]) ids[1] = draw();
    do ids[2] = draw(); while (ids[2] == ids[0] || ids[2] == ids[1]);
    int64_t amounts[POSTINGS_PER_ENTRY] = {amount, commission - amount, -commission};
    for (int line = 0; line < POSTINGS_PER_ENTRY; line++) {
        add(ids[line], amounts[line]);
        sqlite3_bind_int64(statements[POSTING], 1, number);
        sqlite3_bind_int64(statements[POSTING], 2, line + 1);
        sqlite3_bind_int64(statements[POSTING], 3, ids[line]);
        sqlite3_bind_int64(statements[POSTING], 4, amounts[line]);
        sqlite3_bind_int64(statements[POSTING], 5, CURRENCY);
        run(POSTING);
    }
    // What is not bound is null: an entry posted at once acts on no other.
    sqlite3_bind_int64(statements[ENTRY], 1, number);
    sqlite3_bind_int64(statements[ENTRY], 2, business_date);
    sqlite3_bind_int64(statements[ENTRY], 3, now);
    sqlite3_bind_text(statements[ENTRY], 4, "bill_payment", -1, SQLITE_STATIC);
    sqlite3_bind_text(statements[ENTRY], 5, number % 2 ? "TELECOM" : "MOBILE", -1, SQLITE_STATIC);
    sqlite3_bind_int64(statements[ENTRY], 6, number);
    sqlite3_bind_int64(statements[ENTRY], 7, 0);
    run(ENTRY);
}

static int by_value(const void *left, const void *right) {
    int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;
    return (a > b) - (a < b);
}

static void write_balances(void) {
    qsort(touched, (size_t)touched_count, sizeof *touched, by_value);
    for (int index = 0; index < touched_count; index++) {
        struct account *account = &accounts[touched[index]];
        sqlite3_bind_int64(statements[BALANCE], 1, account->debits);
        sqlite3_bind_int64(statements[BALANCE], 2, account->credits);
        sqlite3_bind_int64(statements[BALANCE], 3, account->pending_debits);
        sqlite3_bind_int64(statements[BALANCE], 4, account->pending_credits);
        sqlite3_bind_int64(statements[BALANCE], 5, account->latest_date);
        sqlite3_bind_int64(statements[BALANCE], 6, account->date_debits);
        sqlite3_bind_int64(statements[BALANCE], 7, account->date_credits);
        sqlite3_bind_int64(statements[BALANCE], 8, touched[index]);
        run(BALANCE);
        account->touched = false;
    }
    touched_count = 0;
}

static void checkpoint_if_due(void) {
    if (log_pages < checkpointed_pages) checkpointed_pages = 0;
    if (log_pages < checkpointed_pages + CHECKPOINT_PAGES) return;
    sqlite3_wal_checkpoint_v2(book, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
    checkpointed_pages = log_pages;
}

int main(int count, char **words) {
    if (count != 4) fail("usage: ledger_ceiling BOOK_DB BATCH SECONDS");
    int batch = atoi(words[2]);
    double seconds = atof(words[3]);
    if (batch < 1 || batch > MAX_BATCH || seconds <= 0) fail("a number is out of range");
    open_book(words[1]);
    int64_t first = last_entry, commits = 0;
    double start = seconds_of(CLOCK_MONOTONIC), end = start;
    double used = seconds_of(CLOCK_PROCESS_CPUTIME_ID);
    while (end - start < seconds) {
        int64_t now = milliseconds_of_day_clock(), old_size = last_entry;
        run(BEGIN);
        for (int index = 0; index < batch; index++) post(now);
        write_balances();
        if (!write_tree_rows(old_size, last_entry)) fail("tree");
        run(COMMIT);
        checkpoint_if_due();
        commits++;
        end = seconds_of(CLOCK_MONOTONIC);
    }
    used = seconds_of(CLOCK_PROCESS_CPUTIME_ID) - used;
    int64_t entries = last_entry - first;
    printf("{\"batch\": %d, \"entries\": %" PRId64 ", \"commits\": %" PRId64 ", \"seconds\": %.3f, "
           "\"per_second\": %.0f, \"cpu_us_per_entry\": %.1f}\n",
           batch, entries, commits, end - start, (double)entries / (end - start),
           used * 1e6 / (double)entries);
    for (int index = 0; index < STATEMENT_COUNT; index++) sqlite3_finalize(statements[index]);
    finish_tree_rows();
    return sqlite3_close(book) == SQLITE_OK ? 0 : 1;
}
