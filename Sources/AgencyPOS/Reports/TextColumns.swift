import Agency
import Printing

/// Lines of text in columns, in which a Chinese character takes two places.
enum TextColumns {
    /// How a cell is set in its column.
    enum Alignment {
        case left(Int)
        case right(Int)
    }

    /// One line, cells parted by a space; a cell wider than its column keeps its text.
    static func line(_ cells: [(text: String, alignment: Alignment)]) -> String {
        let texts = cells.map { text, alignment in
            switch alignment {
            case .left(let width): text + space(width, text)
            case .right(let width): space(width, text) + text
            }
        }
        return texts.joined(separator: " ")
    }

    private static func space(_ width: Int, _ text: String) -> String {
        String(repeating: " ", count: max(0, width - DisplayWidth.columns(text)))
    }
}
