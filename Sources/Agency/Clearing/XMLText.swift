/// Text inside an element of an XML document of ours.
enum XMLText {
    /// Takes from a text what would end it or begin something else.
    ///
    /// By scalars: a character may be a sign of the markup with marks on it.
    static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case _: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
