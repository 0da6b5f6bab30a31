import Certification
import Contracts
import Testing

/// Natural sentences, short and middling, in each language that can be asked for.
@Suite("Languages")
struct LanguageTests {
    private func grade(_ language: WrittenLanguage, _ text: String) -> Grade {
        Grader.format(.language(language)).grade(.sample(text))
    }

    @Test("A sentence is told to be in its language and in no other", arguments: sentences)
    func sentence(language: WrittenLanguage, texts: [String]) {
        #expect(texts.count >= 5)
        for text in texts {
            for other in WrittenLanguage.allCases {
                #expect((grade(other, text) == .pass) == (other == language), "\(other.rawValue): \(text)")
            }
        }
    }

    @Test("Every language has its sentences")
    func complete() {
        #expect(Self.sentences.map(\.0) == WrittenLanguage.allCases)
    }

    @Test("A quotation, a name or a term of another language does not change what the text is in", arguments: mixtures)
    func mixed(language: WrittenLanguage, text: String) {
        #expect(grade(language, text) == .pass)
        #expect(WrittenLanguage.allCases.count { grade($0, text) == .pass } == 1)
    }

    @Test("What says too little, or as much in one language as in another, passes as none", arguments: scraps)
    func undecided(text: String, candidates: [WrittenLanguage]) {
        for language in WrittenLanguage.allCases {
            let grade = grade(language, text)
            #expect(grade != .pass, "\(language.rawValue)")
            guard candidates.contains(language) else { continue }
            guard case .graderError = grade else {
                Issue.record("\(language.rawValue): \(grade)")
                continue
            }
        }
    }

    @Test("A neighbour that nobody can ask for passes as none, and fails where it is told", arguments: neighbours)
    func neighbour(text: String) {
        for language in WrittenLanguage.allCases {
            guard case .fail = grade(language, text) else {
                Issue.record("\(language.rawValue): \(grade(language, text))")
                continue
            }
        }
    }

    static let sentences: [(WrittenLanguage, [String])] = [
        (
            .english,
            [
                "The weather is lovely today.",
                "I have never been to Norway.",
                "Where did you put the keys?",
                "She writes a letter to her brother every week, because he does not like to talk on the phone.",
                "Photosynthesis turns light into chemical energy that plants can use later.",
                "Good morning! How are you?",
                "Water boils at one hundred degrees at sea level.",
                "Our cat sleeps on the windowsill whenever the sun shines.",
                "Dear customer, your parcel has been sent and should reach you on Friday.",
            ]
        ),
        (
            .german,
            [
                "Das Wetter ist heute schön.",
                "Wo ist der Bahnhof?",
                "Ich habe keine Zeit.",
                "Gestern sind wir mit dem Zug nach Hamburg gefahren und haben dort alte Freunde besucht.",
                "Die Photosynthese wandelt Licht in chemische Energie um, die Pflanzen später nutzen können.",
                "Können Sie mir bitte helfen?",
                "Wasser kocht bei hundert Grad auf Meereshöhe.",
                "Unsere Katze schläft auf dem Fensterbrett, sobald die Sonne scheint.",
                "Sehr geehrter Kunde, Ihr Paket wurde verschickt und sollte Sie am Freitag erreichen.",
            ]
        ),
        (
            .french,
            [
                "Il fait beau aujourd'hui.",
                "Où est la gare ?",
                "Je n'ai pas le temps.",
                "Hier, nous avons pris le train pour Lyon et nous y avons retrouvé de vieux amis.",
                "C’est la photosynthèse qui transforme la lumière en énergie chimique utilisable par les plantes.",
                "Bonjour, comment allez-vous ?",
                "Notre chat dort sur le rebord de la fenêtre dès que le soleil brille.",
                "Cher client, votre colis a été expédié et devrait arriver vendredi.",
            ]
        ),
        (
            .spanish,
            [
                "Hoy hace muy buen tiempo.",
                "¿Dónde está la estación?",
                "No tengo tiempo para eso.",
                "Ayer tomamos el tren a Sevilla y allí visitamos a unos viejos amigos.",
                "La fotosíntesis transforma la luz en energía química que las plantas pueden usar después.",
                "Buenos días, ¿cómo estás?",
                "Nuestro gato duerme en el alféizar cuando brilla el sol.",
                "Estimado cliente: su paquete ha sido enviado y debería llegar el viernes.",
            ]
        ),
        (
            .italian,
            [
                "Oggi il tempo è bellissimo.",
                "Dov'è la stazione?",
                "Non ho tempo per questo.",
                "Ieri abbiamo preso il treno per Bologna e lì abbiamo incontrato dei vecchi amici.",
                "La fotosintesi trasforma la luce in energia chimica che le piante possono usare più tardi.",
                "Buongiorno, come stai?",
                "L'acqua bolle a cento gradi al livello del mare.",
                "Il nostro gatto dorme sul davanzale quando splende il sole.",
                "Gentile cliente, il suo pacco è stato spedito e dovrebbe arrivare venerdì.",
            ]
        ),
        (
            .portuguese,
            [
                "O tempo está ótimo hoje.",
                "Onde fica a estação?",
                "Não tenho tempo para isso.",
                "Ontem pegamos o trem para Campinas e lá visitamos velhos amigos da escola.",
                "A fotossíntese transforma a luz em energia química que as plantas podem usar depois.",
                "Bom dia, como você está?",
                "A água ferve a cem graus ao nível do mar.",
                "O nosso gato dorme no parapeito da janela quando o sol brilha.",
                "Caro cliente, a sua encomenda foi enviada e deve chegar na sexta-feira.",
            ]
        ),
        (
            .dutch,
            [
                "Het weer is mooi vandaag.",
                "Waar is het station?",
                "Ik heb geen tijd.",
                "Gisteren namen we de trein naar Utrecht en bezochten daar oude vrienden van ons.",
                "Fotosynthese zet licht om in chemische energie die planten later kunnen gebruiken.",
                "Goedemorgen, hoe gaat het met je?",
                "Water kookt op zeeniveau bij honderd graden.",
                "Onze kat slaapt op de vensterbank zodra de zon schijnt.",
                "Beste klant, uw pakket is verzonden en zou vrijdag moeten aankomen.",
            ]
        ),
        (
            .polish,
            [
                "Dzisiaj jest ładna pogoda.",
                "Gdzie jest dworzec?",
                "Nie mam na to czasu.",
                "Wczoraj pojechaliśmy pociągiem do Krakowa i odwiedziliśmy tam starych przyjaciół.",
                "Fotosynteza zamienia światło w energię chemiczną, z której rośliny mogą później korzystać.",
                "Dzień dobry, jak się masz?",
                "Woda wrze w temperaturze stu stopni na poziomie morza.",
                "Nasz kot śpi na parapecie, gdy tylko świeci słońce.",
                "Szanowny kliencie, twoja paczka została wysłana i powinna dotrzeć w piątek.",
            ]
        ),
        (
            .russian,
            [
                "Сегодня очень хорошая погода.",
                "Где находится вокзал?",
                "У меня нет времени.",
                "Вчера мы поехали на поезде в Казань и навестили там старых друзей.",
                "Фотосинтез превращает свет в химическую энергию, которую растения могут использовать позже.",
                "Доброе утро, как у вас дела?",
                "Наша кошка спит на подоконнике, как только светит солнце.",
                "Уважаемый клиент, ваша посылка отправлена и должна прибыть в пятницу.",
            ]
        ),
        (
            .ukrainian,
            [
                "Сьогодні дуже гарна погода.",
                "Де знаходиться вокзал?",
                "У мене немає часу.",
                "Учора ми поїхали потягом до Львова і відвідали там старих друзів.",
                "Фотосинтез перетворює світло на хімічну енергію, яку рослини можуть використати пізніше.",
                "Доброго ранку, як у вас справи?",
                "Наша кішка спить на підвіконні, щойно світить сонце.",
                "Шановний клієнте, вашу посилку відправлено, і вона має прибути в п'ятницу.",
            ]
        ),
        (
            .greek,
            [
                "Ο καιρός είναι ωραίος σήμερα.",
                "Πού είναι ο σταθμός;",
                "Δεν έχω χρόνο.",
                "Χθες πήραμε το τρένο για τη Θεσσαλονίκη και συναντήσαμε εκεί παλιούς φίλους.",
                "Η φωτοσύνθεση μετατρέπει το φως σε χημική ενέργεια.",
                "Το νερό βράζει στους εκατό βαθμούς.",
            ]
        ),
        (
            .arabic,
            [
                "الطقس جميل اليوم.",
                "أين تقع المحطة؟",
                "ليس لدي وقت.",
                "سافرنا أمس بالقطار إلى الإسكندرية وزرنا هناك أصدقاء قدامى.",
                "يحول التمثيل الضوئي الضوء إلى طاقة كيميائية تستخدمها النباتات لاحقا.",
                "يغلي الماء عند مئة درجة مئوية.",
            ]
        ),
        (
            .hebrew,
            [
                "מזג האוויר יפה היום.",
                "איפה תחנת הרכבת?",
                "אין לי זמן.",
                "אתמול נסענו ברכבת לחיפה וביקרנו שם חברים ותיקים.",
                "הפוטוסינתזה הופכת אור לאנרגיה כימית.",
                "המים רותחים במאה מעלות.",
            ]
        ),
        (
            .hindi,
            [
                "आज मौसम अच्छा है।",
                "स्टेशन कहाँ है?",
                "मेरे पास समय नहीं है।",
                "कल हम ट्रेन से जयपुर गए और वहाँ पुराने दोस्तों से मिले।",
                "प्रकाश संश्लेषण प्रकाश को रासायनिक ऊर्जा में बदलता है।",
                "पानी सौ डिग्री पर उबलता है।",
                "हमारी बिल्ली धूप में सोती है।",
            ]
        ),
        (
            .thai,
            [
                "วันนี้อากาศดีมาก",
                "สถานีรถไฟอยู่ที่ไหน",
                "ฉันไม่มีเวลา",
                "เมื่อวานเรานั่งรถไฟไปเชียงใหม่และไปเยี่ยมเพื่อนเก่าที่นั่น",
                "การสังเคราะห์แสงเปลี่ยนแสงเป็นพลังงานเคมี",
                "น้ำเดือดที่หนึ่งร้อยองศา",
            ]
        ),
        (
            .korean,
            [
                "오늘은 날씨가 좋네요.",
                "역이 어디에 있나요?",
                "시간이 없어요.",
                "어제 우리는 기차를 타고 부산에 가서 오랜 친구들을 만났습니다.",
                "광합성은 빛을 화학 에너지로 바꿉니다.",
                "물은 백 도에서 끓습니다.",
            ]
        ),
        (
            .japanese,
            [
                "今日はいい天気ですね。",
                "駅はどこですか。",
                "時間がありません。",
                "昨日は電車で京都へ行き、昔の友人を訪ねました。",
                "光合成は光を化学エネルギーに変えます。",
                "水は百度で沸騰します。",
            ]
        ),
        (
            .chinese,
            [
                "今天天气很好。",
                "火车站在哪里？",
                "我没有时间。",
                "昨天我们坐火车去了杭州，拜访了几位老朋友。",
                "光合作用把光能转化为植物以后可以使用的化学能。",
                "水在一百度时沸腾。",
            ]
        ),
    ]

    static let mixtures: [(WrittenLanguage, String)] = [
        (
            .german,
            "Das Schlüsselwort „return“ beendet die Funktion, und „for (int i = 0; i < n; i++)“ ist eine Schleife."
        ),
        (
            .french,
            "Le terme anglais « machine learning » désigne l'apprentissage automatique, et non une machine qui apprend seule."
        ),
        (
            .chinese,
            "我每天都使用 Visual Studio Code 和 GitHub Copilot 来编写程序，非常方便。"
        ),
        (
            .japanese,
            "Visual Studio CodeとGitHub Copilotを使って、毎日プログラムを書いています。"
        ),
        (
            .russian,
            "Мы запускаем Docker и Kubernetes на сервере, и это работает очень хорошо."
        ),
        (
            .english,
            "The French say \"c'est la vie\" when there is nothing that they can do about it."
        ),
        (
            .korean,
            "우리는 매일 Visual Studio Code와 GitHub을 사용해서 프로그램을 만들고 있습니다."
        ),
        (
            .spanish,
            "La palabra alemana «Schadenfreude» no tiene traducción exacta al español, pero todos entienden lo que es."
        ),
    ]

    private static let latin: [WrittenLanguage] = [
        .english, .german, .french, .spanish, .italian, .portuguese, .dutch, .polish,
    ]

    static let scraps: [(String, [WrittenLanguage])] = [
        ("Paris", latin), ("Berlin Madrid Roma", latin), ("Ha ha ha!", latin), ("OK", latin),
        (
            "Das Wetter ist heute schön, und wir gehen in den Park. "
                + "The weather is lovely today, and we are going to the park.", [.english, .german]
        ),
        ("The weather is lovely. Сегодня хорошая погода, идём.", [.english, .russian]),
        ("Берлин", [.russian, .ukrainian]),
        ("x = y + z; return x", latin), ("42", []), ("", []),
    ]

    static let neighbours = [
        "Vädret är fint i dag och vi ska gå till parken med våra barn.",
        "Vejret er dejligt i dag, og vi skal gå en tur i parken med børnene.",
        "Vremea este frumoasă astăzi și mergem în parc cu copiii noștri.",
        "Avui fa molt bon temps i anem al parc amb els nens perquè no hi ha escola.",
        "Dnes je krásné počasí a půjdeme s dětmi do parku.",
        "Bugün hava çok güzel ve çocuklarla parka gideceğiz.",
        "Hari ini cuaca sangat bagus dan kami akan pergi ke taman dengan anak-anak.",
        "Hôm nay thời tiết rất đẹp và chúng tôi đi công viên với các con.",
        "Днес времето е хубаво и ние ще отидем в парка с децата.",
        "Данас је лепо време и ми ћемо ићи у парк са децом.",
        "امروز هوا خوب است و ما با بچه‌ها به پارک می‌رویم.",
        "आज हवामान छान आहे आणि आम्ही मुलांसोबत बागेत जाणार आहोत.",
        "ዛሬ አየሩ ጥሩ ነው።",
    ]
}
