import Foundation
import Testing

@testable import Postgres

@Suite("Array literals")
struct ArrayLiteralTests {
    @Test(
        "Elements are quoted and escaped",
        arguments: [
            ([], "{}"),
            ([.text("a"), nil, .text("NULL")], #"{"a",NULL,"NULL"}"#),
            ([.text(#"say "hi" \ {x},y"#)], #"{"say \"hi\" \\ {x},y"}"#),
            ([.text("")], #"{""}"#),
            ([.bytes(Data([0, 255]))], #"{"\\x00ff"}"#),
            ([.array([.text("1")]), .array([.text("2")])], #"{{"1"},{"2"}}"#),
        ] as [([PostgresValue?], String)])
    func writing(elements: [PostgresValue?], literal: String) throws {
        #expect(try ArrayLiteral.text(of: elements) == literal)
    }

    @Test(
        "Literals are read as the server writes them",
        arguments: [
            ("{}", []),
            ("{1,2,NULL,null}", ["1", "2", nil, nil]),
            (#"{"NULL","",a b,"x\"y\\z,{}"}"#, ["NULL", "", "a b", "x\"y\\z,{}"]),
            ("[0:1]={a,b}", ["a", "b"]),
            (#"{{1,"}"},{2,"\""}}"#, [#"{1,"}"}"#, #"{2,"\""}"#]),
            ("{ü}", ["ü"]),
        ] as [(String, [String?])])
    func reading(literal: String, elements: [String?]) {
        #expect(ArrayLiteral.elements(of: literal) == elements)
    }

    @Test(
        "Malformed literals are refused",
        arguments: ["", "a", "{", "{a", "{a,}", "{,a}", "{\"a}", "{a}b", "{{a}", "{\"\\", "[0:1]", "{}}"])
    func malformed(literal: String) {
        #expect(ArrayLiteral.elements(of: literal) == nil)
    }

    @Test("A nested array decodes element by element")
    func nested() throws {
        let cell = PostgresCell(column: "grid", text: "{{1,2},{3,NULL}}")
        #expect(try [[Int?]].decode(cell) == [[1, 2], [3, nil]])
    }
}
