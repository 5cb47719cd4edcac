/// Documents as the bytes of an ESC/POS printer in Chinese mode; docs/receipts.md names the profile.
///
/// Only this file writes commands. What comes from outside goes through `PrintableText` and
/// GB18030, whose bytes of a character are all 0x20 or above, so that no text becomes a command.
public struct ESCPOS: Sendable {
    /// Dots of a module of a QR code.
    static let moduleDots: UInt8 = 6
    /// Lines that carry the last text past the knife.
    static let linesToKnife: UInt8 = 4

    private let paper: RollPaper

    public init(paper: RollPaper) {
        self.paper = paper
    }

    /// The bytes to send to the printer.
    ///
    /// - Throws: `PrintingError`.
    public func bytes(_ document: PaperDocument) throws -> [UInt8] {
        var page = Page(layout: .printer(columns: paper.columns), encoder: try GB18030Encoder())
        page.append(.initialise)
        page.append(.chineseMode)
        for element in document.elements { try append(element, to: &page) }
        return page.bytes
    }

    private func append(_ element: PaperElement, to page: inout Page) throws {
        switch element {
        case .banner(let text):
            let size = page.largestSize(of: text.text)
            page.append(text.text, .centre, size)
        case .heading(let text): page.append(text.text, .centre, .tall)
        case .centred(let text): page.append(text.text, .centre, .plain)
        case .text(let text): page.append(page.layout.wrapped(text.text), .left, .plain)
        case .pair(let label, let value):
            page.append(page.layout.pair(label.text, value.plainText), .left, .plain)
        case .widePair(let label, let value):
            switch paper {
            case .narrow: break
            case .wide: page.append(page.layout.pair(label.text, value.plainText), .left, .plain)
            }
        case .items(let items):
            for item in items {
                page.append(RollItem.lines(item, page.layout), .left, .plain)
            }
        case .total(let label, let value):
            page.append(page.layout.pair(label.text, value.plainText), .left, .tall)
        case .rule:
            page.append([String(repeating: "-", count: paper.columns)], .left, .plain)
        case .code(let link, let caption):
            try page.append(code: link)
            page.append(caption.text, .centre, .plain)
        case .feed(let lines): page.append(.feed(lines: UInt8(clamping: lines)))
        case .cut:
            page.append(.feed(lines: Self.linesToKnife))
            page.append(.cut)
        }
    }
}

extension ESCPOS {
    /// A command of the printer, with its bytes.
    enum Command {
        enum Alignment: UInt8 {
            case left = 0
            case centre = 1
        }

        enum Size {
            case plain, tall, large
        }

        /// ESC @
        case initialise
        /// FS &
        case chineseMode
        /// ESC a
        case align(Alignment)
        /// ESC E, GS ! and, for Chinese characters, FS !
        case size(Size)
        /// ESC d
        case feed(lines: UInt8)
        /// GS V 66 0: to the knife and a partial cut
        case cut
        /// GS ( k: model 2, module size, correction level M, data, print
        case code([UInt8])

        var bytes: [UInt8] {
            switch self {
            case .initialise: [0x1B, 0x40]
            case .chineseMode: [0x1C, 0x26]
            case .align(let alignment): [0x1B, 0x61, alignment.rawValue]
            case .size(.plain): [0x1B, 0x45, 0, 0x1D, 0x21, 0x00, 0x1C, 0x21, 0x00]
            case .size(.tall): [0x1B, 0x45, 1, 0x1D, 0x21, 0x01, 0x1C, 0x21, 0x08]
            case .size(.large): [0x1B, 0x45, 1, 0x1D, 0x21, 0x11, 0x1C, 0x21, 0x0C]
            case .feed(let lines): [0x1B, 0x64, lines]
            case .cut: [0x1D, 0x56, 0x42, 0x00]
            case .code(let data):
                [0x1D, 0x28, 0x6B, 4, 0, 0x31, 0x41, 0x32, 0x00]
                    + [0x1D, 0x28, 0x6B, 3, 0, 0x31, 0x43, ESCPOS.moduleDots]
                    + [0x1D, 0x28, 0x6B, 3, 0, 0x31, 0x45, 0x31]
                    + [0x1D, 0x28, 0x6B, UInt8((data.count + 3) % 256)]
                    + [UInt8((data.count + 3) / 256), 0x31, 0x50, 0x30]
                    + data + [0x1D, 0x28, 0x6B, 3, 0, 0x31, 0x51, 0x30]
            }
        }
    }

    /// The bytes so far, and what the printer is set to.
    struct Page: ~Copyable {
        let layout: LineLayout
        private let encoder: GB18030Encoder
        private(set) var bytes: [UInt8] = []
        private var alignment = Command.Alignment.left
        private var size = Command.Size.plain

        init(layout: LineLayout, encoder: consuming GB18030Encoder) {
            self.layout = layout
            self.encoder = encoder
        }

        /// Twice as wide and high if a text then fits on a line, otherwise twice as high.
        func largestSize(of text: String) -> Command.Size {
            layout.width(text) * 2 <= layout.columns ? .large : .tall
        }

        mutating func append(_ command: Command) {
            bytes += command.bytes
        }

        /// Lines that are laid out already.
        mutating func append(
            _ lines: [String], _ alignment: Command.Alignment, _ size: Command.Size
        ) {
            set(alignment, size)
            for line in lines { bytes += encoder.encode(line) + [0x0A] }
        }

        /// A text that the printer centres.
        mutating func append(
            _ text: String, _ alignment: Command.Alignment, _ size: Command.Size
        ) {
            append(layout.wrapped(text), alignment, size)
        }

        mutating func append(code link: String) throws {
            // The printer counts these bytes: whatever they are, they end where they end.
            let data = [UInt8](link.utf8)
            guard (1...QRCode.maximumBytes).contains(data.count) else {
                throw PrintingError.codeTooLong(byteCount: data.count)
            }
            set(.centre, .plain)
            append(.code(data))
        }

        private mutating func set(_ alignment: Command.Alignment, _ size: Command.Size) {
            if alignment != self.alignment { append(.align(alignment)) }
            if size != self.size { append(.size(size)) }
            self.alignment = alignment
            self.size = size
        }
    }
}
