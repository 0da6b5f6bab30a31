import Postgres

/// How large a table is.
struct TableSize: Sendable, Hashable {
    var name: String
    /// An estimate of the planner's.
    var rows: Int
    var bytes: Int
    var deadRows: Int
}

extension Check {
    static let tableSizes = Check("table sizes") { surroundings in
        // Of a partitioned table all parts together.
        let rows = try await surroundings.query(
            """
            SELECT n.nspname || '.' || c.relname AS name, sum(pg_total_relation_size(tree.relid))::bigint AS bytes,
                sum(greatest(part.reltuples, 0))::bigint AS rows,
                sum(COALESCE(pg_stat_get_dead_tuples(tree.relid), 0))::bigint AS dead
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                CROSS JOIN LATERAL pg_partition_tree(c.oid) AS tree JOIN pg_class part ON part.oid = tree.relid
            WHERE n.nspname IN ('certification', 'notifier') AND c.relname IN ('outbox', 'inbox') AND c.relkind IN ('r', 'p')
            GROUP BY 1
            """)
        return judge(
            tableSizes: try rows.map {
                TableSize(
                    name: try $0.decode("name"), rows: try $0.decode("rows"), bytes: try $0.decode("bytes"),
                    deadRows: try $0.decode("dead"))
            })
    }

    static func judge(tableSizes: [TableSize]) -> [Finding] {
        tableSizes.compactMap { table in
            let size =
                "\(table.name) has about \(table.rows) rows in \(table.bytes / 1_048_576) MB, \(table.deadRows) of them dead"
            if table.name.hasSuffix("outbox"), table.bytes > 1 << 30 {
                return .warning(
                    "\(size).", why: "An outbox is meant to be nearly empty; each claim reads over what is there.",
                    cure:
                        "See the checks 'outbox' and 'long transactions'; then VACUUM FULL \(table.name), with the relays stopped."
                )
            }
            if table.name.hasSuffix("inbox"), table.bytes > 20 << 30 {
                return .warning(
                    "\(size).", why: "It remembers 7 days of messages; this is more than most keep.",
                    cure: "Look whether the services log that the inbox could not be tidied (docs/operations.md).")
            }
            return nil
        }
    }
}
