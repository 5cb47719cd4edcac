/*
 * The rows of the Merkle tree that a batch writes: its head, the state, and the complete nodes of
 * every eighth level. The digests are arbitrary bytes: SQLite is measured here, not SHA-256.
 */
#ifndef AGENCYPOS_BENCH_TREE_ROWS_H
#define AGENCYPOS_BENCH_TREE_ROWS_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum { TREE_DIGEST_BYTES = 32, TREE_MAX_PEAKS = 63, TREE_KEPT_LEVEL_STEP = 8 };

static unsigned char tree_digests[TREE_MAX_PEAKS * TREE_DIGEST_BYTES];
static sqlite3_stmt *tree_head, *tree_state, *tree_node;

static bool prepare_tree_rows(sqlite3 *book) {
    const struct { const char *text; sqlite3_stmt **statement; } rows[] = {
        {"INSERT INTO tree_head (tree_size, root) VALUES (?1, ?2)", &tree_head},
        {"UPDATE tree_state SET tree_size = ?1, peaks = ?2", &tree_state},
        {"INSERT INTO tree_node (level, position, digest) VALUES (?1, ?2, ?3)", &tree_node}};
    for (size_t row = 0; row < sizeof rows / sizeof *rows; row++)
        if (sqlite3_prepare_v3(book, rows[row].text, -1, SQLITE_PREPARE_PERSISTENT,
                               rows[row].statement, NULL) != SQLITE_OK)
            return false;
    return true;
}

static void finish_tree_rows(void) {
    sqlite3_finalize(tree_head);
    sqlite3_finalize(tree_state);
    sqlite3_finalize(tree_node);
}

static bool write_tree_row(sqlite3_stmt *row) {
    bool is_done = sqlite3_step(row) == SQLITE_DONE;
    return sqlite3_reset(row) == SQLITE_OK && is_done;
}

/* Writes the tree's rows of a batch that grew the journal; false when SQLite refuses one. */
static bool write_tree_rows(int64_t old_size, int64_t size) {
    for (int level = TREE_KEPT_LEVEL_STEP; size >> level; level += TREE_KEPT_LEVEL_STEP) {
        for (int64_t at = old_size >> level; at < size >> level; at++) {
            sqlite3_bind_int64(tree_node, 1, level);
            sqlite3_bind_int64(tree_node, 2, at);
            sqlite3_bind_blob(tree_node, 3, tree_digests, TREE_DIGEST_BYTES, SQLITE_STATIC);
            if (!write_tree_row(tree_node)) return false;
        }
    }
    memcpy(tree_digests, &size, sizeof size);
    sqlite3_bind_int64(tree_head, 1, size);
    sqlite3_bind_blob(tree_head, 2, tree_digests, TREE_DIGEST_BYTES, SQLITE_STATIC);
    int peak_bytes = TREE_DIGEST_BYTES * __builtin_popcountll((unsigned long long)size);
    sqlite3_bind_int64(tree_state, 1, size);
    sqlite3_bind_blob(tree_state, 2, tree_digests, peak_bytes, SQLITE_STATIC);
    return write_tree_row(tree_head) && write_tree_row(tree_state);
}

#endif
