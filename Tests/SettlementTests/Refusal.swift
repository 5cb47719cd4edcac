@testable import Settlement

/// What a refusal has in common in all readers: the error's name, its line and its field.
struct Refusal: Hashable, CustomStringConvertible {
    let error: String
    var line: Int?
    var field: String?

    init(_ error: String, line: Int? = nil, field: String? = nil) {
        self.error = error
        self.line = line
        self.field = field
    }

    init(_ verdict: SettlementTool.Verdict) {
        self.init(verdict.error ?? verdict.verdict, line: verdict.line, field: verdict.field)
    }

    /// As a line of `expected.txt` has it after the name of the file.
    var description: String {
        [error, line.map(String.init) ?? "-", field ?? "-"].joined(separator: " | ")
    }

    init(_ error: SettlementError) {
        func place(_ field: SettlementField) -> String {
            "\(field.record.rawValue)\(field.position)"
        }
        switch error {
        case .systemFailure: self.init("systemFailure")
        case .fileNameMalformed: self.init("fileNameMalformed")
        case .fileNotRegular: self.init("fileNotRegular")
        case .fileTooLarge: self.init("fileTooLarge")
        case .sidecarMalformed: self.init("sidecarMalformed")
        case .sidecarForOtherFile: self.init("sidecarForOtherFile")
        case .versionUnsupported: self.init("versionUnsupported")
        case .algorithmUnsupported: self.init("algorithmUnsupported")
        case .keyUnknown, .keyEnded: self.init("keyUnknown")
        case .codeMismatch: self.init("codeMismatch")
        case .lineTooLong(let line, _): self.init("lineTooLong", line: line)
        case .lineUnterminated(let line): self.init("lineUnterminated", line: line)
        case .recordUnexpected(let line, _, _): self.init("recordUnexpected", line: line)
        case .fieldCountWrong(let line, _, _): self.init("fieldCountWrong", line: line)
        case .fieldInvalid(let line, let field, _, _):
            self.init("fieldInvalid", line: line, field: place(field))
        case .fileNameMismatch(let field, _, _):
            self.init("fileNameMismatch", field: place(field))
        case .lineNumberWrong(let line, _, _): self.init("lineNumberWrong", line: line)
        case .detailCountExceeded(let line, _): self.init("detailCountExceeded", line: line)
        case .subtotalOutOfOrder(let line, _): self.init("subtotalOutOfOrder", line: line)
        case .subtotalMissing(let line, _): self.init("subtotalMissing", line: line)
        case .totalWrong(let line, let field, _, _):
            self.init("totalWrong", line: line, field: place(field))
        case .trailerMissing(let line): self.init("trailerMissing", line: line)
        case .contentAfterTrailer(let line): self.init("contentAfterTrailer", line: line)
        case .fileChanged: self.init("fileChanged")
        case .chainBroken(let field, _, _): self.init("chainBroken", field: place(field))
        case .releasedFileDiffers: self.init("releasedFileDiffers")
        case .releasedSidecarDiffers: self.init("releasedSidecarDiffers")
        }
    }
}
