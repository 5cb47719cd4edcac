import CivilTime

/// Writes records as lines into a buffer.
struct LineEncoder {
    /// What has been written and not yet taken.
    private(set) var bytes: [UInt8] = []

    init(capacityBytes: Int) {
        bytes.reserveCapacity(capacityBytes)
    }

    mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
    }

    mutating func append(_ header: SettlementHeader) {
        begin(.header)
        text(SettlementHeader.version)
        text(header.agencyID.text)
        text(header.partnerID.text)
        text("\(header.businessDate)")
        text(header.currency)
        integer(Int64(header.sequence))
        text(SettlementHeader.algorithm)
        text(header.keyID.text)
        text(header.previousDigest.hex)
        time(header.createdAt)
        text(header.ledgerRoot.hex)
        integer(header.ledgerSize)
        end()
    }

    mutating func append(_ detail: SettlementDetail, number: Int) {
        begin(.detail)
        integer(Int64(number))
        text(detail.serial.text)
        text(detail.partnerReference)
        text(detail.type.rawValue)
        text(detail.accountReference)
        integer(detail.amountFen)
        integer(detail.feeFen)
        integer(detail.commissionFen)
        text(detail.status.rawValue)
        time(detail.time)
        text(detail.originalSerial?.text ?? "")
        end()
    }

    /// Writes the subtotal lines and the trailer.
    mutating func append(_ totals: SettlementTotals) {
        for type in totals.presentTypes {
            let subtotal = totals[type]
            begin(.subtotal)
            text(type.rawValue)
            integer(Int64(subtotal.postedCount))
            integer(Int64(subtotal.reversedCount))
            integer(subtotal.amountFen)
            integer(subtotal.feeFen)
            integer(subtotal.commissionFen)
            end()
        }
        begin(.trailer)
        integer(Int64(totals.detailCount))
        integer(Int64(totals.postedCount))
        integer(Int64(totals.reversedCount))
        integer(totals.amountFen)
        integer(totals.feeFen)
        integer(totals.commissionFen)
        integer(totals.netFen)
        end()
    }

    /// Writes an acknowledgement from its first line to its last.
    mutating func append(_ acknowledgement: Acknowledgement) {
        begin(.acknowledgement)
        text(Acknowledgement.version)
        text(acknowledgement.agencyID.text)
        text(acknowledgement.partnerID.text)
        text("\(acknowledgement.date)")
        integer(Int64(acknowledgement.number))
        text(SettlementHeader.algorithm)
        text(acknowledgement.keyID.text)
        time(acknowledgement.createdAt)
        text(acknowledgement.fileName)
        text(acknowledgement.fileDigest.hex)
        text(acknowledgement.verdict.rawValue)
        text(acknowledgement.fault)
        end()
        for (index, item) in acknowledgement.items.enumerated() {
            begin(.item)
            integer(Int64(index + 1))
            integer(Int64(item.lineNumber))
            text(item.serial)
            text(item.code.rawValue)
            text(item.cause)
            end()
        }
        begin(.end)
        integer(Int64(acknowledgement.items.count))
        end()
    }

    private mutating func begin(_ record: SettlementRecord) {
        bytes.append(contentsOf: record.rawValue.utf8)
    }

    private mutating func end() {
        bytes.append(Ascii.lineFeed)
    }

    private mutating func text(_ text: String) {
        bytes.append(Ascii.pipe)
        bytes.append(contentsOf: text.utf8)
    }

    private mutating func integer(_ number: Int64) {
        text(String(number))
    }

    private mutating func time(_ time: Instant) {
        bytes.append(Ascii.pipe)
        FieldGrammar.zone.append(time, to: &bytes)
    }
}
