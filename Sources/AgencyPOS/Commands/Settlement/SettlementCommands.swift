/// The commands `settlement …`, in the order of help; one more is one more line.
enum SettlementCommands {
    static let all: [any Command.Type] = [
        SettlementVerifyCommand.self,
        SettlementShowCommand.self,
        SettlementDiffCommand.self,
        SettlementMatchCommand.self,
        SettlementConvertCommand.self,
        SettlementLayoutCommand.self,
        SettlementKeyCommand.self,
        SettlementReceiveCommand.self,
        SettlementResendCommand.self,
        SettlementStatementCommand.self,
    ]
}
