"""English short forms and common spellings of given names, each mapped to the formal names it may stand for."""

from collections import defaultdict

# Formal name: the short forms and spellings met for it in British records. Our own list; add to it freely.
_SHORT_FORMS = """
abdul: abdal; abigail: abbie abby gail abi; adrian: ade; agnieszka: aga; aisha: ayesha aysha aishah aesha;
albert: al bert albie bertie; alexander: alex al alec sandy xander alexandre; alexandra: alex lexi lexie sandra sasha;
alfred: alf alfie fred freddie; alison: ali allison alyson; amanda: mandy; amelia: millie amy emelia;
andrew: andy drew; angela: angie ange; anthony: tony antony ant; antonia: toni; arthur: art artie;
barbara: barb babs; beatrice: bea trixie beatrix; benjamin: ben benny benji; bernard: bernie;
bradley: brad; caroline: carrie caz carolyn; catherine: cath cathy kate katie cat kathryn katherine kathy kath
katharine kit; charles: charlie chas chuck; charlotte: charlie lottie char; christina: chris tina chrissie kristina;
christine: chris chrissie tina; christopher: chris kit topher kris; clive: cliff; daniel: dan danny;
danielle: dani; david: dave davey dai davie; deborah: deb debbie debs debra; dennis: den denny denis;
derek: del derrick; dominic: dom dominick; donald: don donny; dorothy: dot dotty dottie; douglas: doug dougie;
edward: ed eddie ted teddy ned; eleanor: ellie nell nora elle elinor; elizabeth: liz lizzie beth betty eliza elsie
libby betsy lisa liza bess elisabeth; ellen: nell ellie; emily: em emmy millie; emma: em; erin: eryn;
eugene: gene; evelyn: evie eve; fatima: fatimah fatma; florence: flo florrie flossie; frances: fran francesca frankie;
francis: frank frankie; frederick: fred freddie freddy; gabriel: gabe; geoffrey: geoff jeff jeffrey;
george: georgie; georgina: georgie gina georgia; gerald: gerry jerry; gillian: gill jill; graham: graeme;
gregory: greg; gwendolyn: gwen; hannah: hanna; harold: harry hal; harriet: hattie harri; helen: nell ellen;
henry: harry hal hank; hussain: hussein husain hussayn; isabella: bella izzy isabel isabelle isobel izzie;
isaac: ike zac; jacqueline: jackie jacqui; jacob: jake jakub; james: jim jimmy jamie jem; janet: jan;
jasmine: jaz jas yasmin; jason: jase; jennifer: jen jenny jenni; jeremy: jez jem jerry; jessica: jess jessie;
joan: joanie; joanna: jo joanne; john: jack johnny jon johnnie; jonathan: jon jonny jonathon; joseph: joe joey jo;
josephine: jo josie; joshua: josh; judith: judy jude; julia: julie jules; julian: jules;
katarzyna: kasia; kayleigh: kayley kaylee kaleigh; kenneth: ken kenny; kimberley: kim kimberly; krzysztof: kris;
lauren: loz; laurence: larry laurie lawrence; leonard: len lenny leo; leslie: les lesley; lewis: louis lou;
lillian: lily lil lilly; lucy: lucie lu; louise: lou lulu; madeleine: maddie maddy madeline; malcolm: mal;
malgorzata: gosia; margaret: maggie meg peggy madge marge greta mags; maria: marie mary; mark: marc;
mary: molly polly mae;
martin: marty; matilda: tilly mattie tilda; matthew: matt matty mathew; maureen: mo; maxwell: max; maximilian: max;
megan: meg meghan; melanie: mel; melissa: mel missy; michael: mike mick micky mickey mikey mikael;
michelle: shell chelle; miriam: mim maryam mariam; mohammed: muhammad mohamed mohammad muhammed mohd mo mohamad
mohamud mohammod md; monica: mon; natalie: nat nats; natasha: tasha nat; nathan: nate; nathaniel: nat nathan nate;
nicholas: nick nicky nicolas; nicola: nicky nic nikki; nigel: nige; oliver: ollie olly; olivia: liv livvy ollie;
pamela: pam; patricia: pat tricia trish patsy; patrick: pat paddy; paul: paulie; penelope: penny; peter: pete;
philip: phil phillip pip; philippa: pip pippa; rachel: rach rachael; ralph: rafe; raymond: ray; rebecca: becky becca
bex rebekah; reginald: reg reggie; richard: rick dick rich ricky richie; robert: bob rob robbie bobby bert;
robin: rob robyn; roderick: rod roddy; rodney: rod; roger: rog; ronald: ron ronnie; rosemary: rosie rose;
ruth: ruthie; samantha: sam sammy; samuel: sam sammy; sarah: sara sal sally; sharon: shaz; sebastian: seb bas;
sidney: sid sydney; simon: si; sophie: soph sofia sophia; stanley: stan; stephanie: steph stef; stephen: steve steven
ste stevie; stuart: stu stewart stew; susan: sue suzie susie suzanne; sylvia: sylvie; syed: sayed sayyid said;
terence: terry terrence tel; teresa: terry tess theresa tessa; theodore: theo ted teddy; thomas: tom tommy thom;
timothy: tim timmy; tobias: toby; tomasz: tomek; tracey: tracy trace; valerie: val; vanessa: nessa;
veronica: ronnie vera;
victor: vic; victoria: vicky vicki tori vikki; vincent: vince vinny; vivian: viv vivienne; walter: wally walt;
wendy: wend; wilfred: wilf wilfrid; william: bill will billy liam willie wills; winifred: winnie freda;
yusuf: yousef yousuf yusef youssef; zachary: zac zach zack zak; zainab: zaynab zeinab
"""

# One name of another script as several countries and offices write it in Latin letters: of papers from Ukraine the
# older ones go by the Russian form. The first is a form that stands for all.
_TRANSLITERATED = """
ahmad: ahmed ahmet; hasan: hassan hassaan; ibraheem: ibrahim ebrahim; kareem: karim; khadijah: khadija khadeeja;
khaled: khalid; laila: layla leila leyla; mahmud: mahmoud mahmood mehmood; mostafa: mustafa moustafa; nour: noor nur;
rasheed: rashid; saleem: salim selim; umar: omar omer; usman: osman othman uthman;
anastasiia: anastasia anastasiya; andriy: andrii andrei andrey; dmytro: dmitry dmitri dmitriy; iryna: irina;
kateryna: ekaterina yekaterina katerina; mariia: maria mariya; mykhailo: mikhail; mykola: nikolai nikolay;
nataliia: natalia nataliya natalya; oksana: oxana; oleksandr: aleksandr alexander; oleksandra: aleksandra alexandra;
oleksii: oleksiy alexei aleksei alexey; olena: elena yelena; pavlo: pavel; petro: petr; serhiy: serhii sergey sergei;
sofiia: sofia sofiya; svitlana: svetlana; tetiana: tetyana tatiana tatyana; viktoriia: viktoria victoria;
volodymyr: vladimir; yevhen: evgeny yevgeny; yevheniia: evgenia yevgenia; yuliia: yuliya yulia julia
"""


def _table() -> dict[str, frozenset[str]]:
    formal: dict[str, set[str]] = defaultdict(set)
    for entry in f"{_SHORT_FORMS};{_TRANSLITERATED}".split(";"):
        name, _, shorts = entry.partition(":")
        for short in shorts.split():
            formal[short].add(name.strip())
    return {short: frozenset(names) for short, names in formal.items()}


_FORMAL = _table()


def formal_names(given: str) -> frozenset[str]:
    """All names that `given` (folded, one word) may stand for, itself included: "bill" gives bill and william."""
    return _FORMAL.get(given, frozenset()) | {given}


def short_forms(given: str) -> tuple[str, ...]:
    """The short forms and spellings of a formal name, sorted; () where none is known."""
    return tuple(sorted(short for short, formal in _FORMAL.items() if given in formal))
