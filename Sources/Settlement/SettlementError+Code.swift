extension SettlementError {
    /// The name of the case, as `docs/settlement-file.md` lists it.
    public var code: String {
        switch self {
        case .systemFailure: "systemFailure"
        case .fileNameMalformed: "fileNameMalformed"
        case .fileNotRegular: "fileNotRegular"
        case .fileTooLarge: "fileTooLarge"
        case .sidecarMalformed: "sidecarMalformed"
        case .sidecarForOtherFile: "sidecarForOtherFile"
        case .versionUnsupported: "versionUnsupported"
        case .algorithmUnsupported: "algorithmUnsupported"
        // A retired key is an unknown key; only the words differ.
        case .keyUnknown, .keyEnded: "keyUnknown"
        case .codeMismatch: "codeMismatch"
        case .lineTooLong: "lineTooLong"
        case .lineUnterminated: "lineUnterminated"
        case .recordUnexpected: "recordUnexpected"
        case .fieldCountWrong: "fieldCountWrong"
        case .fieldInvalid: "fieldInvalid"
        case .fileNameMismatch: "fileNameMismatch"
        case .lineNumberWrong: "lineNumberWrong"
        case .detailCountExceeded: "detailCountExceeded"
        case .subtotalOutOfOrder: "subtotalOutOfOrder"
        case .subtotalMissing: "subtotalMissing"
        case .totalWrong: "totalWrong"
        case .trailerMissing: "trailerMissing"
        case .contentAfterTrailer: "contentAfterTrailer"
        case .fileChanged: "fileChanged"
        case .chainBroken: "chainBroken"
        case .releasedFileDiffers: "releasedFileDiffers"
        case .releasedSidecarDiffers: "releasedSidecarDiffers"
        }
    }
}
