import Foundation
import Testing

@testable import Settlement

/// A small layout and a file of it, of which tests change one thing at a time.
enum LayoutExample {
    static let name = "B20261121.csv"

    static let layout = """
        {
          "kind": "csv",
          "encoding": "utf-8",
          "file_name": "B{yyyyMMdd}.csv",
          "header": ["serial", "ref", "kind", "account", "amount", "state", "time", "fee"],
          "trailer": {
            "begins_with": "T,",
            "columns": 4,
            "checks": [
              { "measure": "count", "lines": "all", "number": 2 },
              { "measure": "amount", "lines": "posted", "number": 3 },
              { "measure": "commission", "lines": "posted", "number": 4 }
            ]
          },
          "fields": {
            "serial": { "name": "serial" },
            "reference": { "number": 2 },
            "type": {
              "name": "kind",
              "words": [
                { "word": "bill", "means": "BILL_PAYMENT" },
                { "word": "cash", "means": "WITHDRAWAL" },
                { "word": "note", "means": "SKIP" }
              ]
            },
            "account": { "name": "account" },
            "amount": { "name": "amount", "unit": "yuan", "sign": "signed" },
            "status": {
              "name": "state",
              "words": [
                { "word": "ok", "means": "POSTED" },
                { "word": "undone", "means": "REVERSED" }
              ]
            },
            "time": { "name": "time", "pattern": "yyyy-MM-dd HH:mm:ss" },
            "commission": { "name": "fee", "unit": "yuan", "sign": "signed" }
          }
        }
        """

    static let file = """
        serial,ref,kind,account,amount,state,time,fee
        1001,W1,bill,A1,86.50,ok,2026-11-21 09:05:07,0.50
        1002,W2,cash,************1234,500.00,ok,2026-11-21 10:12:00,1.00
        1003,W3,bill,A2,7,undone,2026-11-21 10:13:00,0
        1004,,note,,-1.5,ok,2026-11-21 10:14:00,0.00
        T,4,586.50,1.50

        """

    /// One record of fixed width, of 30 bytes.
    static let records = """
        {
          "kind": "fixed_width",
          "encoding": "gbk",
          "line_bytes": 30,
          "file_name": "{yyyyMMdd}.txt",
          "fields": {
            "serial": { "start": 1, "length": 8 },
            "type": { "constant": "BILL_PAYMENT" },
            "account": { "start": 9, "length": 8 },
            "amount": { "start": 17, "length": 8, "unit": "fen", "sign": "plus" },
            "status": { "constant": "POSTED" },
            "clock": { "start": 25, "length": 6, "pattern": "HHmmss" }
          }
        }
        """

    /// Checks a file of these bytes.
    static func check(
        _ bytes: some Sequence<UInt8>, as name: String = name, _ layout: String = layout,
        in folder: TemporaryFolder
    ) throws -> CheckedLayoutFile {
        try folder.put(bytes, as: name)
        return try LayoutReader(PartnerLayout(Array(layout.utf8))).check(name, in: folder.path)
    }

    static func lines(_ file: CheckedLayoutFile) throws -> [LayoutLine] {
        var lines: [LayoutLine] = []
        try file.forEachLine { lines.append($0) }
        return lines
    }

    /// The text with one part exchanged, which must be in it.
    static func changed(_ text: String, _ part: String, _ replacement: String) throws -> String {
        try #require(text.contains(part), "no \(part)")
        return text.replacingOccurrences(of: part, with: replacement)
    }
}
