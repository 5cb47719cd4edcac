/// Words from which the names of an invented county are put together.
enum FixtureNames {
    static let county = "青川"

    private static let townPrefixes = characters("白石清溪龙泉双河红岩竹园青平沙洲马鹿桥楼木鱼")
    private static let townSuffixes = ["溪", "坝", "湾", "岭", "塘", "桥", "坪", "口", "滩", "泉"]
    private static let villagePrefixes = characters(
        "张王李赵陈杨周吴徐孙朱马胡郭林何高梁罗宋金银松柏梅兰竹桃杏梨石泉云霞龙凤虎鹤燕雁")
    private static let villageSuffixes = [
        "家湾", "家坪", "家坝", "家沟", "家岭", "家河", "家桥", "家店", "家院", "家塘", "花园",
        "树坪", "林坝", "山头", "山脚", "溪口", "河口", "桥头", "井坝", "坡上", "岩下", "田坝",
        "门前", "湾里", "冲口",
    ]
    private static let villageMarks = ["", "东", "西", "南", "北", "上", "下", "新", "前", "后"]

    static let surnames = characters(
        "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡")
    static let givenNames = characters(
        "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰红春梅建国志海云龙文玲桃辉"
            + "林燕波斌彬浩宇轩梓涵欣怡佳慧雪晨光庆福贵祥荣昌永德正义安宁康乐")
    static let hosts = ["便民超市", "邮政代办点", "农资商店", "百货商店", "卫生用品店"]

    /// The name of a town, different for the first 200.
    static func town(_ index: Int) -> String {
        let count = townPrefixes.count * townSuffixes.count
        // A step without a common factor walks through all pairs and mixes neighbours.
        let pair = index % count * 73 % count
        let mark = villageMarks[index / count % villageMarks.count]
        return mark + townPrefixes[pair % townPrefixes.count]
            + townSuffixes[pair / townPrefixes.count] + "镇"
    }

    /// The name of a village, different for the first 10,000.
    static func village(_ index: Int) -> String {
        let count = villagePrefixes.count * villageSuffixes.count
        let pair = index % count * 411 % count
        let mark = villageMarks[index / count % villageMarks.count]
        return mark + villagePrefixes[pair % villagePrefixes.count]
            + villageSuffixes[pair / villagePrefixes.count] + "村"
    }

    /// The name of a person.
    static func person(_ generator: inout SeededGenerator) -> String {
        let surname = generator.element(of: surnames)
        let first = generator.element(of: givenNames)
        // Two of three people have two given characters.
        guard generator.below(3) > 0 else { return surname + first }
        return surname + first + generator.element(of: givenNames)
    }

    private static func characters(_ text: String) -> [String] {
        text.map(String.init)
    }
}
