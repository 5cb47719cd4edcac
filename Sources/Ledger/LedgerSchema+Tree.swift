/// The tables and guards of the Merkle tree over the entries.
///
/// `tree_head` keeps the root of every batch, `tree_state` what the next append needs, and
/// `tree_node` every eighth level of the complete subtrees: what lies between is made anew from
/// the journal when a proof asks for it.
///
/// `CROSS JOIN` keeps SQLite from walking over the batch's entries instead of its few pending ones.
extension LedgerSchema {
    static let tree = """
        CREATE TABLE tree_head (
            tree_size INTEGER PRIMARY KEY,
            root BLOB NOT NULL CHECK (length(root) = 32)
        ) STRICT;
        CREATE TRIGGER tree_head_follows BEFORE INSERT ON tree_head
        BEGIN
            SELECT CASE
                WHEN NEW.tree_size IS NOT (SELECT max(entry_id) FROM journal_entry)
                    OR NEW.tree_size <= (SELECT max(tree_size) FROM tree_head)
                THEN RAISE(ABORT, 'a tree head covers every entry, once')
                WHEN NEW.tree_size < (SELECT max(entry_id) FROM posting)
                    OR NEW.tree_size < (SELECT max(entry_id) FROM pending_posting)
                    OR NEW.tree_size < (SELECT max(entry_id) FROM pending_entry)
                THEN RAISE(ABORT, 'a posting has no entry')
                WHEN EXISTS (
                    SELECT 1 FROM pending_entry p CROSS JOIN journal_entry e
                    WHERE e.entry_id = p.entry_id AND e.phase <> 1
                        AND p.entry_id > (SELECT ifnull(max(tree_size), 0) FROM tree_head)
                ) OR EXISTS (
                    SELECT 1 FROM pending_posting p CROSS JOIN journal_entry e
                    WHERE e.entry_id = p.entry_id AND e.phase <> 1
                        AND p.entry_id > (SELECT ifnull(max(tree_size), 0) FROM tree_head))
                THEN RAISE(ABORT, 'only a pending entry has pending postings')
            END;
        END;
        CREATE TRIGGER tree_head_kept BEFORE DELETE ON tree_head
        BEGIN SELECT RAISE(ABORT, 'a tree head is never deleted'); END;
        CREATE TRIGGER tree_head_fixed BEFORE UPDATE ON tree_head
        BEGIN SELECT RAISE(ABORT, 'a tree head is never changed'); END;

        CREATE TABLE tree_state (
            state_id INTEGER PRIMARY KEY CHECK (state_id = 1),
            tree_size INTEGER NOT NULL,
            peaks BLOB NOT NULL
        ) STRICT;
        INSERT INTO tree_state (state_id, tree_size, peaks) VALUES (1, 0, x'');
        CREATE TRIGGER tree_state_one BEFORE INSERT ON tree_state
        BEGIN SELECT RAISE(ABORT, 'the tree has one state'); END;
        CREATE TRIGGER tree_state_kept BEFORE DELETE ON tree_state
        BEGIN SELECT RAISE(ABORT, 'the state of the tree is never deleted'); END;
        CREATE TRIGGER tree_state_grows BEFORE UPDATE ON tree_state
        WHEN NEW.tree_size <= OLD.tree_size
            OR NEW.tree_size IS NOT (SELECT max(tree_size) FROM tree_head)
        BEGIN SELECT RAISE(ABORT, 'the tree grows with the journal'); END;

        CREATE TABLE tree_node (
            level INTEGER NOT NULL CHECK (level > 0 AND level % 8 = 0),
            position INTEGER NOT NULL CHECK (position >= 0),
            digest BLOB NOT NULL CHECK (length(digest) = 32),
            PRIMARY KEY (level, position)
        ) STRICT, WITHOUT ROWID;
        CREATE TRIGGER tree_node_new BEFORE INSERT ON tree_node
        WHEN EXISTS (SELECT 1 FROM tree_node
            WHERE level = NEW.level AND position = NEW.position)
        BEGIN SELECT RAISE(ABORT, 'a node is never replaced'); END;
        CREATE TRIGGER tree_node_covers BEFORE INSERT ON tree_node
        WHEN NEW.position >= (SELECT ifnull(max(entry_id), 0) FROM journal_entry) >> NEW.level
        BEGIN SELECT RAISE(ABORT, 'a node is over leaves of the journal'); END;
        CREATE TRIGGER tree_node_kept BEFORE DELETE ON tree_node
        BEGIN SELECT RAISE(ABORT, 'a node is never deleted'); END;
        CREATE TRIGGER tree_node_fixed BEFORE UPDATE ON tree_node
        BEGIN SELECT RAISE(ABORT, 'a node is never changed'); END;

        """
}
