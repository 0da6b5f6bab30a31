/// The commonest words of a language, and the letters that it alone or hardly any other uses.
///
/// Function words make up a third and more of any running text, whatever it is about, so that a few of them tell (Grefenstette,
/// "Comparing two language identification schemes", JADT 1995).
struct LanguageProfile: Sendable {
    /// Nil for a language that nobody can ask for: its text must not pass as a neighbour's.
    let language: WrittenLanguage?
    let words: Set<String>
    let letters: Set<Character>

    private init(_ language: WrittenLanguage?, _ words: String, letters: String = "") {
        self.language = language
        self.words = Set(words.split(whereSeparator: \.isWhitespace).map(String.init))
        self.letters = Set(letters)
    }

    /// Languages of the Latin script.
    static let latin = [
        LanguageProfile(
            .english,
            """
            the of and to in is that it was for on are with as at be this have from or by not but what you your i we they \
            he she his her my their our its which who how when where there here will would can could should do does did \
            has had been were than then so if an a about into more very up out some any all no just also them these those \
            after before because while s t re ll ve don isn please let me us am \
            today tomorrow yesterday good very said say make time people never always one two other many much only over such
            """),
        LanguageProfile(
            .german,
            """
            der die das und ist nicht ein eine einen einem einer zu den dem des mit von im am auf für auch sich es ich wir \
            sie er du ihr mein dein sein ihre unser wird werden wurde war waren sind bin hat haben habe kann können muss \
            aber oder wenn weil dass daß als wie was wo wer noch nur sehr mehr schon hier dort nach bei aus um über unter \
            zwischen vor zum zur gibt heute morgen immer kein keine man so an in mich mir dir uns bitte \
            gestern guten danke zeit machen sagt unsere unseren euer zwei drei andere jeder alle sollte
            """, letters: "ßäöü"),
        LanguageProfile(
            .french,
            """
            le la les et est des une un dans que qui pour pas sur il elle on je tu nous vous ils elles au aux avec ce cette \
            ces son sa ses mon ma mes leur sont était être avoir ont fait plus mais ou où comme très bien tout tous de du en \
            y ne se par si quand aussi après avant chez même peut l d qu c j n s m t suis êtes avez faut ça \
            aujourd hui hier demain bonjour merci toujours jamais temps faire comment allez vont vas notre votre nos vos deux trois autre \
            autres dont cela vers
            """, letters: "çœèêàùâîûë"),
        LanguageProfile(
            .spanish,
            """
            el la los las y es de que en un una unos por con para no se del al su sus como más está están son lo pero muy \
            también cuando donde qué quién cómo este esta estos ese eso mi tu nos me te le les ha han he hay ser era fue \
            tiene puede todo todos sin sobre entre hasta desde porque si yo ella ellos nosotros usted ya así hoy aquí a o \
            ayer mañana buenos días gracias siempre nunca tiempo hacer hace dónde estás estoy nuestro nuestra \
            dos tres otro otra cada mucho
            """, letters: "ñ¿¡áíóúé"),
        LanguageProfile(
            .italian,
            """
            il la lo gli le i e è un una uno di che non con sono del della dei delle dello nel nella al alla alle dal dalla \
            sul sulla si ma anche più come questo questa quello mi ti ci vi ho hai ha abbiamo hanno essere era stato molto \
            tutto tutti perché quando dove chi cosa per da in se io tu lui lei noi voi loro suo sua mio mia c l d dell nell \
            all po oggi ogni dopo prima a \
            ieri domani buongiorno grazie sempre mai tempo fare come stai sto fa nostro nostra vostro due tre altro altra quando
            """, letters: "èìòàù"),
        LanguageProfile(
            .portuguese,
            """
            o a os as e é de que em um uma uns por com para não se do da dos das no na nos nas mais como são ao aos à foi \
            era ser está estão tem têm ter muito também quando onde quem isso este esta esse essa meu minha seu sua eu tu \
            você ele ela nós eles mas ou já pelo pela até sem sobre entre porque há pode todos todo hoje aqui me lhe \
            ontem amanhã bom dia obrigado obrigada sempre nunca tempo fazer onde fica isto disso nosso nossa dois três outro outra \
            cada
            """, letters: "ãõçáâêéíóôú"),
        LanguageProfile(
            .dutch,
            """
            de het een en van is dat niet in op te zijn voor met die aan er ook maar naar bij wordt ik we wij je jij hij zij \
            ze u mijn jouw haar ons onze hun was waren heeft hebben heb had kan kunnen moet moeten als dan om uit over door \
            nog al wel geen meer veel hoe wat waar wie deze dit daar hier tot tegen onder tussen na worden zou zal vandaag \
            mij me nu of gisteren morgen goed dank altijd nooit tijd gaat doen twee drie andere elke alle
            """),
        LanguageProfile(
            .polish,
            """
            i w na z się nie jest to że do o jak ale po co tak za od przez są był była było dla czy już oraz ze we ten ta te \
            tego tej tym który która które jego jej ich mój moja ja ty on ona my wy oni mnie mi ci go mu być mam ma mają może \
            można bardzo tylko także też gdy kiedy gdzie kto tu tam przed pod nad między u a bo więc jeszcze dzisiaj jutro \
            będzie lub wczoraj dzień dobry dziękuję zawsze nigdy czas nasz nasza dwa trzy inny każdy
            """, letters: "łąęśźżćńó"),
        LanguageProfile(
            nil,
            """
            och det att i en jag hon som han på den med var sig för så till är men ett om hade de av icke mig du henne då sin \
            nu har inte hans honom skulle hennes där min man ej vid kunde något från ut när efter upp vi dem vara vad över än \
            dig kan sina här ha mot alla under någon eller allt mycket sedan ju denna själv detta åt utan varit hur ingen mitt
            """, letters: "åäö"),
        LanguageProfile(
            nil,
            """
            og i jeg det at en den til er som på de med han af for ikke der var mig sig men et har om vi min havde ham hun nu \
            over da fra du ud sin dem os op man hans hvor eller hvad skal selv her alle vil blev kunne ind når være dog noget \
            ville jo deres efter ned skulle denne end dette mit også under have dig anden hende mine alt meget sit av ei ble
            """, letters: "æøå"),
        LanguageProfile(
            nil,
            """
            el la els les i és de que en un una per amb no es del al seu com més està són però molt també quan on què aquest \
            aquesta jo ell ella nosaltres hem ha han ser era tot tots sense sobre entre fins perquè avui aquí dels als pel
            """, letters: "çèéíòóúàï"),
        LanguageProfile(
            nil,
            """
            și este nu o în cu pe la că un de din care mai pentru se ce sunt fi a au am ai are fost ca dar sau el ea noi voi \
            ei ele acest această unde când cum foarte tot toate lui lor mea meu azi aici după până fără despre între
            """, letters: "șțăâî"),
        LanguageProfile(
            nil,
            """
            a v na je se že to s z do o ne jak ale po co tak za od byl byla bylo pro jsem jsou být jeho její který která jsme \
            mám má může velmi také když kde kdo tady před pod nad mezi u i nebo ještě dnes zítra bude své svou
            """, letters: "řěůčšžýáíé"),
        LanguageProfile(
            nil,
            """
            ve bir bu da de için ile ne çok daha gibi ben sen o biz siz onlar var yok değil mi mı ama olarak olan kadar sonra \
            önce her şey nasıl neden nerede kim en ya ki bana sana bugün burada oldu olur
            """, letters: "ışğçöü"),
        LanguageProfile(
            nil,
            """
            yang dan di itu dengan untuk tidak ini dari dalam akan pada juga saya ke karena tersebut bisa ada mereka lebih kita \
            sudah atau saat oleh anda dia kami seperti banyak adalah apa hari sangat
            """),
        LanguageProfile(
            nil,
            """
            ja on ei että se oli hän mutta ovat kun niin myös olen mitä tämä joka sen kuin minä sinä me he ole vain nyt jos \
            az és hogy nem is egy meg ez de van volt csak mint már lesz ki mi én te ő nagyon itt
            """, letters: "äöőű"),
        LanguageProfile(
            nil,
            "và là của có không cho được trong một các những người này với để khi đã rất tôi bạn anh em chúng ở nhưng",
            letters: "đơưạảấầậắặẹếềệịọốồộớờợụứừựỳ"),
    ]

    /// Languages of the Cyrillic script.
    static let cyrillic = [
        LanguageProfile(
            .russian,
            """
            и в не на я что он с как это по но они мы она вы его ее её к у из за от так же бы был была было были есть для то \
            все всё или если уже нет да мне меня тебя нас вас их мой моя очень только когда где кто чтобы этот эта эти о при \
            до под над ещё еще потом сегодня завтра здесь там можно надо нужно будет который которая которую которые может \
            могут вчера доброе утро добрый день спасибо время времени всегда находится дела хорошо или наш наша ваш ваша один два
            """, letters: "ыэёъ"),
        LanguageProfile(
            .ukrainian,
            """
            і в не на я що він з як це по але вони ми вона ви його її до у із за від так ж би був була було були є для то всі \
            все або якщо вже ні мені мене тебе нас вас їх мій моя дуже тільки коли де хто щоб цей ця ці про при під над ще \
            потім сьогодні завтра тут там можна треба потрібно буде який яка та й має яку які може можуть \
            учора вчора доброго ранку добрий день дякую час часу завжди знаходиться справи добре наш наша ваш вашу один два щойно
            """, letters: "іїєґ"),
        LanguageProfile(
            nil,
            """
            и в не на аз че той с как това по но те ние тя вие го се за от така са беше бяха е да или ако вече ме те ни ви ги \
            много само когато къде кой тази този тези при до под над още днес утре тук там може трябва ще който която един вчера добро утро добър ден благодаря винаги време
            """, letters: "ъ"),
        LanguageProfile(
            nil,
            """
            и у не на ја што он са како то по али они ми она ви га се за од тако су био била било је да или ако већ ме те нас \
            вас их врло само када где ко овај ова ови при до под над још данас сутра овде тамо може треба ће који која на јуче добро јутро добар дан хвала увек време
            """, letters: "јљњћђџѓќѕ"),
        LanguageProfile(
            nil, "і ў не на я што ён з як гэта па але яны мы яна вы яго яе да у з за ад так быў была было ёсць для",
            letters: "ўіыэё"),
    ]

    /// Languages of the Arabic script, which the letters tell.
    static let arabic = [
        LanguageProfile(
            .arabic,
            """
            في من على إلى أن هذا هذه التي الذي ما لا هو هي كان كانت عن مع قد كل بعد قبل أو لم ليس كما إن لكن عند بين حتى أنا نحن
            """, letters: "ةيكىأإؤئ"),
        LanguageProfile(
            nil,
            """
            از به که در این است را با برای آن یک بود شد می های و تا هم بر خود من تو ما شما اما یا چه نیست هست کے کی ہے میں سے اور \
            کو نے کا یہ وہ پر ہیں نہیں بھی
            """, letters: "پچژگکیےٹڈڑںہھ"),
    ]

    /// Languages of the Devanagari script.
    static let devanagari = [
        LanguageProfile(
            .hindi,
            """
            है हैं में के की का को से और यह वह ने पर कि भी था थी थे हो एक नहीं मैं हम आप तुम क्या कर ही जो तो लिए अपने बहुत कैसे कहाँ कब
            """),
        LanguageProfile(nil, "आहे आहेत आणि मध्ये मी तो ती ते हे ही नाही होते होता असे या च्या साठी आम्ही तुम्ही खूप कसे"),
        LanguageProfile(nil, "छ छन् हो र मा को ले लाई यो त्यो भयो थियो गर्न हुन्छ म हामी तपाईं छैन पनि धेरै"),
    ]
}
