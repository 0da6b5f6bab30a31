// Written by generate_sigv4_vectors.py with botocore 1.43.11; do not edit.

/// A request and the signature that botocore gave it.
struct BotocoreSignature: Sendable {
    var method: String
    var host: String
    var path: String
    var query: String
    var region: String
    var service: String
    var body: String
    var sessionToken: String?
    var signedHeaders: String
    var signature: String
}

enum BotocoreVectors {
    static let accessKeyID = "AKIDEXAMPLE"
    static let secretAccessKey = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
    static let secondsSince1970 = 1_773_480_413

    static let signatures: [BotocoreSignature] = [
        BotocoreSignature(
            method: "POST", host: "bedrock-runtime.us-east-1.amazonaws.com",
            path:
                "/model/anthropic.claude-3-haiku-20240307-v1%3A0/converse",
            query: "", region: "us-east-1", service: "bedrock",
            body: "{\"messages\":[{\"content\":[{\"text\":\"Zwölf Boxkämpfer ☂\"}],\"role\":\"user\"}]}",
            sessionToken: nil,
            signedHeaders: "content-type;host;x-amz-date",
            signature: "1a9530a41c467ca1d30df80b1e1a27aab9caf70517442b7165ff183675e91490"),
        BotocoreSignature(
            method: "POST", host: "bedrock-runtime.us-east-1.amazonaws.com",
            path:
                "/model/anthropic.claude-3-haiku-20240307-v1%3A0/converse-stream",
            query: "", region: "us-east-1", service: "bedrock",
            body: "{\"messages\":[{\"content\":[{\"text\":\"Zwölf Boxkämpfer ☂\"}],\"role\":\"user\"}]}",
            sessionToken: "IQoJb3JpZ2luX2VjEXAMPLE//////////wEaCXVzLWVhc3QtMSJGMEQCIA==",
            signedHeaders: "content-type;host;x-amz-date;x-amz-security-token",
            signature: "35ec3c183ed03f9e3facd0f48143be94afbca44ddd721f02e73ec73b8e491737"),
        BotocoreSignature(
            method: "POST", host: "bedrock-runtime.us-west-2.amazonaws.com",
            path:
                "/model/amazon.nova-lite-v1%3A0/converse",
            query: "", region: "us-west-2", service: "bedrock",
            body: "{\"messages\":[{\"content\":[{\"text\":\"Zwölf Boxkämpfer ☂\"}],\"role\":\"user\"}]}",
            sessionToken: nil,
            signedHeaders: "content-type;host;x-amz-date",
            signature: "01db2893ac3c080bc454f6e3334490b112f4df4048f89a3dd53e0fe7dddad9da"),
        BotocoreSignature(
            method: "POST", host: "bedrock-runtime.us-west-2.amazonaws.com",
            path:
                "/model/amazon.nova-lite-v1%3A0/converse-stream",
            query: "", region: "us-west-2", service: "bedrock",
            body: "{\"messages\":[{\"content\":[{\"text\":\"Zwölf Boxkämpfer ☂\"}],\"role\":\"user\"}]}",
            sessionToken: "IQoJb3JpZ2luX2VjEXAMPLE//////////wEaCXVzLWVhc3QtMSJGMEQCIA==",
            signedHeaders: "content-type;host;x-amz-date;x-amz-security-token",
            signature: "6586e214a9975bef74dd1f70090bea235dd5c2ebadaf319f9f3fa72304631ecd"),
        BotocoreSignature(
            method: "POST", host: "bedrock-runtime.us-east-1.amazonaws.com",
            path:
                "/model/us.anthropic.claude-sonnet-4-20250514-v1%3A0/converse",
            query: "", region: "us-east-1", service: "bedrock",
            body: "{\"messages\":[{\"content\":[{\"text\":\"Zwölf Boxkämpfer ☂\"}],\"role\":\"user\"}]}",
            sessionToken: nil,
            signedHeaders: "content-type;host;x-amz-date",
            signature: "380546bd674b94a74452521cfb7fc837b2ab46f8bc4cd8009e820fd6cc3ab043"),
        BotocoreSignature(
            method: "POST", host: "bedrock-runtime.us-east-1.amazonaws.com",
            path:
                "/model/us.anthropic.claude-sonnet-4-20250514-v1%3A0/converse-stream",
            query: "", region: "us-east-1", service: "bedrock",
            body: "{\"messages\":[{\"content\":[{\"text\":\"Zwölf Boxkämpfer ☂\"}],\"role\":\"user\"}]}",
            sessionToken: "IQoJb3JpZ2luX2VjEXAMPLE//////////wEaCXVzLWVhc3QtMSJGMEQCIA==",
            signedHeaders: "content-type;host;x-amz-date;x-amz-security-token",
            signature: "66f1ac83f88e5c4f335d4c5a22ea2992b7ce33c3f05e691b0668b2b278b7759e"),
        BotocoreSignature(
            method: "POST", host: "bedrock-runtime.eu-west-1.amazonaws.com",
            path:
                "/model/eu.amazon.nova-pro-v1%3A0/converse",
            query: "", region: "eu-west-1", service: "bedrock",
            body: "{\"messages\":[{\"content\":[{\"text\":\"Zwölf Boxkämpfer ☂\"}],\"role\":\"user\"}]}",
            sessionToken: nil,
            signedHeaders: "content-type;host;x-amz-date",
            signature: "ebd63b8ed8ae2cdef490fa265c7f8de83125c99952ef5a00f56312a44761d162"),
        BotocoreSignature(
            method: "POST", host: "bedrock-runtime.eu-west-1.amazonaws.com",
            path:
                "/model/eu.amazon.nova-pro-v1%3A0/converse-stream",
            query: "", region: "eu-west-1", service: "bedrock",
            body: "{\"messages\":[{\"content\":[{\"text\":\"Zwölf Boxkämpfer ☂\"}],\"role\":\"user\"}]}",
            sessionToken: "IQoJb3JpZ2luX2VjEXAMPLE//////////wEaCXVzLWVhc3QtMSJGMEQCIA==",
            signedHeaders: "content-type;host;x-amz-date;x-amz-security-token",
            signature: "ec891a22a5e7b2b7f78c365953c3506db36bed7b9389464e3f1c3ebc9e2c08a3"),
        BotocoreSignature(
            method: "POST", host: "bedrock-runtime.ap-southeast-2.amazonaws.com",
            path:
                "/model/apac.amazon.nova-micro-v1%3A0/converse",
            query: "", region: "ap-southeast-2", service: "bedrock",
            body: "{\"messages\":[{\"content\":[{\"text\":\"Zwölf Boxkämpfer ☂\"}],\"role\":\"user\"}]}",
            sessionToken: nil,
            signedHeaders: "content-type;host;x-amz-date",
            signature: "2db01a4d81ffe78e54019daa46e65b443bd3343035b4d3910b00e98966ce9429"),
        BotocoreSignature(
            method: "POST", host: "bedrock-runtime.ap-southeast-2.amazonaws.com",
            path:
                "/model/apac.amazon.nova-micro-v1%3A0/converse-stream",
            query: "", region: "ap-southeast-2", service: "bedrock",
            body: "{\"messages\":[{\"content\":[{\"text\":\"Zwölf Boxkämpfer ☂\"}],\"role\":\"user\"}]}",
            sessionToken: "IQoJb3JpZ2luX2VjEXAMPLE//////////wEaCXVzLWVhc3QtMSJGMEQCIA==",
            signedHeaders: "content-type;host;x-amz-date;x-amz-security-token",
            signature: "a79658026300fd7f80923f4c6759f67225893036331fc3aa20fe1cbe24a73fdd"),
        BotocoreSignature(
            method: "POST", host: "bedrock-runtime.eu-central-1.amazonaws.com",
            path:
                "/model/global.anthropic.claude-sonnet-4-5-20250929-v1%3A0/converse",
            query: "", region: "eu-central-1", service: "bedrock",
            body: "{\"messages\":[{\"content\":[{\"text\":\"Zwölf Boxkämpfer ☂\"}],\"role\":\"user\"}]}",
            sessionToken: nil,
            signedHeaders: "content-type;host;x-amz-date",
            signature: "f3921f92da08a97b37c31b6ac4a5b39348c0a376ca215ba1b884f30cbba70284"),
        BotocoreSignature(
            method: "POST", host: "bedrock-runtime.eu-central-1.amazonaws.com",
            path:
                "/model/global.anthropic.claude-sonnet-4-5-20250929-v1%3A0/converse-stream",
            query: "", region: "eu-central-1", service: "bedrock",
            body: "{\"messages\":[{\"content\":[{\"text\":\"Zwölf Boxkämpfer ☂\"}],\"role\":\"user\"}]}",
            sessionToken: "IQoJb3JpZ2luX2VjEXAMPLE//////////wEaCXVzLWVhc3QtMSJGMEQCIA==",
            signedHeaders: "content-type;host;x-amz-date;x-amz-security-token",
            signature: "0ac038991a6006f0dba218f166106a433aee30913bdd7a5503bf8c374bb85136"),
        BotocoreSignature(
            method: "POST", host: "bedrock-runtime.us-east-1.amazonaws.com",
            path:
                "/model/amazon.titan-text-express-v1/converse",
            query: "", region: "us-east-1", service: "bedrock",
            body: "{\"messages\":[{\"content\":[{\"text\":\"Zwölf Boxkämpfer ☂\"}],\"role\":\"user\"}]}",
            sessionToken: nil,
            signedHeaders: "content-type;host;x-amz-date",
            signature: "d44ec393e5a95798e3b9ee0b4a3958b207498887545514f8f5200b8814b81247"),
        BotocoreSignature(
            method: "POST", host: "bedrock-runtime.us-east-1.amazonaws.com",
            path:
                "/model/amazon.titan-text-express-v1/converse-stream",
            query: "", region: "us-east-1", service: "bedrock",
            body: "{\"messages\":[{\"content\":[{\"text\":\"Zwölf Boxkämpfer ☂\"}],\"role\":\"user\"}]}",
            sessionToken: "IQoJb3JpZ2luX2VjEXAMPLE//////////wEaCXVzLWVhc3QtMSJGMEQCIA==",
            signedHeaders: "content-type;host;x-amz-date;x-amz-security-token",
            signature: "42d56cedb373615573d4d183d3b581f0199fc3a14f76b07afd0712cf8522b23c"),
        BotocoreSignature(
            method: "POST", host: "bedrock-runtime.us-east-1.amazonaws.com",
            path:
                "/model/arn%3Aaws%3Abedrock%3Aus-east-1%3A%3Afoundation-model%2Fanthropic.claude-3-haiku-20"
                + "240307-v1%3A0/converse",
            query: "", region: "us-east-1", service: "bedrock",
            body: "{\"messages\":[{\"content\":[{\"text\":\"Zwölf Boxkämpfer ☂\"}],\"role\":\"user\"}]}",
            sessionToken: nil,
            signedHeaders: "content-type;host;x-amz-date",
            signature: "db4502c8992a98fbbf4f009f097f5bc7baced6433ec2f6fbcdc2344bd5df5fa9"),
        BotocoreSignature(
            method: "POST", host: "bedrock-runtime.us-east-1.amazonaws.com",
            path:
                "/model/arn%3Aaws%3Abedrock%3Aus-east-1%3A%3Afoundation-model%2Fanthropic.claude-3-haiku-20"
                + "240307-v1%3A0/converse-stream",
            query: "", region: "us-east-1", service: "bedrock",
            body: "{\"messages\":[{\"content\":[{\"text\":\"Zwölf Boxkämpfer ☂\"}],\"role\":\"user\"}]}",
            sessionToken: "IQoJb3JpZ2luX2VjEXAMPLE//////////wEaCXVzLWVhc3QtMSJGMEQCIA==",
            signedHeaders: "content-type;host;x-amz-date;x-amz-security-token",
            signature: "a272ff83579733a4acaf76d3107678ef250a5532b4c4b837ed7399e23de0bc43"),
        BotocoreSignature(
            method: "POST", host: "bedrock-runtime.us-east-1.amazonaws.com",
            path:
                "/model/arn%3Aaws%3Abedrock%3Aus-east-1%3A123456789012%3Ainference-profile%2Fus.amazon.nova"
                + "-lite-v1%3A0/converse",
            query: "", region: "us-east-1", service: "bedrock",
            body: "{\"messages\":[{\"content\":[{\"text\":\"Zwölf Boxkämpfer ☂\"}],\"role\":\"user\"}]}",
            sessionToken: nil,
            signedHeaders: "content-type;host;x-amz-date",
            signature: "39fbf39addb01a76d02cf18c4027e09b9d9534e3af21d8b82bfa6b4c887aab26"),
        BotocoreSignature(
            method: "POST", host: "bedrock-runtime.us-east-1.amazonaws.com",
            path:
                "/model/arn%3Aaws%3Abedrock%3Aus-east-1%3A123456789012%3Ainference-profile%2Fus.amazon.nova"
                + "-lite-v1%3A0/converse-stream",
            query: "", region: "us-east-1", service: "bedrock",
            body: "{\"messages\":[{\"content\":[{\"text\":\"Zwölf Boxkämpfer ☂\"}],\"role\":\"user\"}]}",
            sessionToken: "IQoJb3JpZ2luX2VjEXAMPLE//////////wEaCXVzLWVhc3QtMSJGMEQCIA==",
            signedHeaders: "content-type;host;x-amz-date;x-amz-security-token",
            signature: "c4a2f8275cde55b3e34b09f7b0d1178039590f21c30c7103076008e0b6d633e6"),
        BotocoreSignature(
            method: "POST", host: "bedrock-runtime.us-east-1.amazonaws.com",
            path:
                "/model/arn%3Aaws%3Abedrock%3Aus-east-1%3A123456789012%3Aprovisioned-model%2Fabcdefabcdef/c"
                + "onverse",
            query: "", region: "us-east-1", service: "bedrock",
            body: "{\"messages\":[{\"content\":[{\"text\":\"Zwölf Boxkämpfer ☂\"}],\"role\":\"user\"}]}",
            sessionToken: nil,
            signedHeaders: "content-type;host;x-amz-date",
            signature: "5459939c8e3c17c8ed11a4279a60fc480515331d7a349cf8a837b36e3504c4c1"),
        BotocoreSignature(
            method: "POST", host: "bedrock-runtime.us-east-1.amazonaws.com",
            path:
                "/model/arn%3Aaws%3Abedrock%3Aus-east-1%3A123456789012%3Aprovisioned-model%2Fabcdefabcdef/c"
                + "onverse-stream",
            query: "", region: "us-east-1", service: "bedrock",
            body: "{\"messages\":[{\"content\":[{\"text\":\"Zwölf Boxkämpfer ☂\"}],\"role\":\"user\"}]}",
            sessionToken: "IQoJb3JpZ2luX2VjEXAMPLE//////////wEaCXVzLWVhc3QtMSJGMEQCIA==",
            signedHeaders: "content-type;host;x-amz-date;x-amz-security-token",
            signature: "c3b81d75ef005d26582e0fd80248126bc5e63821fb4f30a0c768b0a789c5a87d"),
        BotocoreSignature(
            method: "POST", host: "127.0.0.1:4599",
            path:
                "/model/amazon.nova-lite-v1%3A0/converse",
            query: "", region: "us-east-1", service: "bedrock",
            body: "{}",
            sessionToken: nil,
            signedHeaders: "content-type;host;x-amz-date",
            signature: "8098d6c7aabe634b2fbbec31c1425b685ff4a7dac7526b462d05b64f6fd8e4e3"),
        BotocoreSignature(
            method: "GET", host: "bedrock.us-east-1.amazonaws.com",
            path:
                "/foundation-models",
            query: "", region: "us-east-1", service: "bedrock",
            body: "",
            sessionToken: nil,
            signedHeaders: "host;x-amz-date",
            signature: "293c4be4009a464fe4390b462d90a2534e118e25799ed2b3aa56d35c05c451d9"),
        BotocoreSignature(
            method: "GET", host: "bedrock.us-east-1.amazonaws.com",
            path:
                "/inference-profiles",
            query: "maxResults=100&nextToken=a%2Fb%3D%3D", region: "us-east-1", service: "bedrock",
            body: "",
            sessionToken: nil,
            signedHeaders: "host;x-amz-date",
            signature: "8d1f6058c6fb6bcaa1f5038beb14bb9126d35ce32983566a0a56d4a9ce617b20"),
    ]

    /// Messages of an event stream in hexadecimal digits, each decoded by botocore.
    static let empty =
        "000000100000000005c248eb7d98c8ff"
    static let payloadOnly =
        "0000001d00000000fd528c5a7b27666f6f273a27626172277dc3653936"
    static let integerHeader =
        "0000002b0000000e348bec7b086576656e742d6964040000a00c7b27666f6f273a27626172277dd3890285"
    static let allTypes =
        "0000009b0000007e744995530379657300026e6f01046279746502cf0573686f727403cfc707696e7465676572"
        + "04b669fd2e046c6f6e6705eeddef0b82167eeb05627974657306000300ff7f06737472696e6707000b4772c3bc"
        + "c39f6520e298820974696d657374616d70080000014f7e9b6ffb047575696409000102030405060708090a0b0c"
        + "0d0e0f7b27666f6f273a27626172277da1202f3b"
    static let event =
        "00000099000000574c3b5e5f0b3a6576656e742d74797065070011636f6e74656e74426c6f636b44656c74610d"
        + "3a636f6e74656e742d747970650700106170706c69636174696f6e2f6a736f6e0d3a6d6573736167652d747970"
        + "650700056576656e747b22636f6e74656e74426c6f636b496e646578223a302c2264656c7461223a7b22746578"
        + "74223a224772c3bcc39f65227d7d1e4fd23a"
    static let exception =
        "00000090000000618e91a9b70f3a657863657074696f6e2d747970650700137468726f74746c696e6745786365"
        + "7074696f6e0d3a636f6e74656e742d747970650700106170706c69636174696f6e2f6a736f6e0d3a6d65737361"
        + "67652d74797065070009657863657074696f6e7b226d657373616765223a22546f6f206d616e79207265717565"
        + "737473227de67f8005"
}
