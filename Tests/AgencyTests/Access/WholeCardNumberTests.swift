import Testing

@testable import Agency

/// Card numbers are found in what people write, and nothing else is taken for one.
@Suite struct WholeCardNumberTests {
    @Test(
        "13 to 19 digits that check are a card number",
        arguments: [
            "4111111111111111", "4222222222222", "6222021234567890128",
            "卡号4111111111111111的差错", "a 4222222222222, and more", "４１１１１１１１１１１１１１１１",
        ])
    func found(_ text: String) {
        #expect(WholeCardNumber.stands(in: text))
    }

    @Test(
        "other digits are none",
        arguments: [
            "", "核查中", "4111111111111112", "************1111", "尾号1111",
            // Twelve digits, as our serials have; and twenty, which no card has.
            "000000000000", "00000000000000000000",
            // Two numbers apart are not one.
            "411111111 1111111",
        ])
    func notFound(_ text: String) {
        #expect(!WholeCardNumber.stands(in: text))
    }
}
