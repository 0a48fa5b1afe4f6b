"""Surnames of British and Irish families, most common first, and the parts of which rare ones are made.

Approximately in the order of public counts. The five hundred commonest bear four in ten people, and a long tail
of tens of thousands the rest; `rare_surnames` makes that tail of the parts of English place names.
"""

_ENGLISH = """
Smith Jones Taylor Brown Williams Wilson Johnson Davies Robinson Wright Thompson Evans Walker White Roberts Green Hall
Wood Jackson Clarke Thomas Harris Hughes Edwards Turner Martin Hill Cooper Clark Moore Ward Harrison Morris King Baker
Lewis Morgan Lee Allen Watson Parker Cook Bennett Carter Phillips Scott Shaw Young Richardson Mitchell Bailey James
Davis Griffiths Cox Miller Price Marshall Collins Adams Richards Webb Ellis Wilkinson Foster Chapman Mills Rogers
Stevens Palmer Knight Hunt Simpson Barnes Matthews Barker Powell Holmes Lloyd Butler Russell Harvey Fisher Mason Dixon
Fletcher Pearson Jenkins Andrews Howard Gibson Elliott Day Reynolds Fox Hudson Payne West Armstrong Burton Walsh Brooks
Cole Lawrence Saunders Atkinson Ford Cunningham Perry Gardner Bradley Hart Berry Spencer Rose Carr Dean Stone Wells
Watts Hawkins Williamson Hopkins Jordan Newman Burgess Nicholson Booth Francis Webster Bird Lowe Harper Gilbert Lane
Wallis Freeman Osborne Warren Barrett Sutton Johnston Nelson Page Gregory Barton Hewitt Chambers Porter Hunter Black
Dawson Bishop George Oliver Bryant Arnold Stephenson Kemp Woods Parsons Carpenter Willis Franklin Field Parry Curtis
Holland Robertson Henderson Read Frost Goodwin Fuller Bates Pearce Rowe Watkins Hancock Coleman Cross Sharp Newton
Hodgson Nash Short Burns Reeves Moss Tucker Sanders Hammond Little Sims Bolton Lamb Wheeler Hardy Blake Poole Norman
Lambert Bond Stephens Higgins Bull Whitehead Griffin Davison Austin Peacock Todd Manning Gill Potter Cooke Parkinson
Baldwin Savage Bowen Steele Horton Howe Norris Yates Shepherd Doyle Morton Gibbs Harding Long May Barnett Ball Hobbs
Whittaker Fowler French Bray Buckley Simmons Stokes Hope Bright Wilkins Holt Kirk Rhodes Benson Mann Marsh Charlton
Haynes Leach Dennis Thorpe Dyer Hayward Abbott Kent Sykes Cartwright Garner Slater Dale Sinclair Humphreys Myers Hicks
Pratt Flynn Wade Norton Hartley Sharpe Carroll Sheppard Crawford Hayes Lucas Swift Ross Bartlett Skinner Fleming Tyler
"""
_WELSH = """
Jones Davies Williams Evans Thomas Roberts Hughes Lewis Morgan Griffiths Edwards Owen James Rees Jenkins Price Morris
Richards Lloyd Phillips Parry Powell John Harris Davis Bowen Pritchard Howells Llewellyn Rowlands Ellis Humphreys
Watkins Pugh Vaughan Bevan Probert Gwynne Meredith Prosser Treharne Tudor Gittins Havard Ap-Rhys Penry
"""
_SCOTTISH = """
Smith Brown Wilson Campbell Stewart Robertson Thomson Anderson Scott Macdonald MacKenzie Murray Reid Taylor Clark
Mitchell Ross Young Watson Paterson Walker Morrison Graham Fraser Hamilton Johnston Henderson Gray Kerr McDonald
Duncan Ferguson Hunter Simpson Davidson Bell Cameron Grant Mackay McLean MacLeod Wallace Black Allan Marshall Kelly
Sutherland Gordon Craig Gibson Muir Burns Sinclair McIntosh McGregor Macleod MacPherson Docherty Drummond Buchanan
"""
_IRISH = """
Murphy Kelly O'Sullivan Walsh Smith O'Brien Byrne Ryan O'Connor O'Neill O'Reilly Doyle McCarthy Gallagher Doherty
Kennedy Lynch Murray Quinn Moore McLoughlin O'Carroll Connolly Daly O'Connell Wilson Dunne Brennan Burke Collins
Campbell Clarke Johnston Hughes O'Farrell Fitzgerald Brown Martin Maguire Nolan Flynn Thompson Callaghan O'Donnell
Duffy O'Mahony Boyle Healy O'Shea White Sweeney Hayes Kavanagh Power McGrath Moran Brady Stewart Casey Foley
Fitzpatrick O'Leary McDonnell MacMahon Donnelly Regan Donovan Burns Flanagan Mullan Barry Kane Robinson Cunningham
"""
_CARIBBEAN = """
Brown Williams Campbell Campbell-Brown Thompson Francis Grant Gordon Henry James Johnson Lewis Morgan Reid Morrison
Powell Richards Clarke Bailey Stewart Walker Palmer Wright Edwards Robinson Gayle Blake Samuels Dixon Bennett Facey
Barrett Allen Wallace McKenzie Simpson Douglas Forbes Hylton Lawrence Charles Joseph Baptiste Alexander Pierre Phillip
"""
_CARIBBEAN_MALE = (
    "Winston Leroy Delroy Errol Trevor Carlton Clive Desmond Everton Neville Andre Jermaine Marlon Tyrone Dwayne Leon "
    "Jerome Kemar Ricardo Romario Devante Tyrell Malachi Kymani Zion Isaiah Josiah Micah Elijah Nathaniel Jaden Kai"
)
_CARIBBEAN_FEMALE = (
    "Beverley Marcia Yvonne Sonia Paulette Claudette Hyacinth Monica Marva Merlene Natasha Simone Michelle Tanya "
    "Chantelle Keisha Latoya Shanice Aaliyah Tiana Renee Jada Amara Nevaeh Destiny Imani Zaria Kiara Naomi Rochelle"
)

_FIRST = """
Ack Alder Apple Ash Ayl Bam Barns Bas Beck Bent Berk Birch Black Blen Bos Brad Bram Bran Brig Brock Brom Bur Cald Carl
Cas Chad Charl Chat Clay Clif Cod Col Cran Craw Cres Crom Dal Darn Den Der Dor Drax Dun East Eck Ed Egg El Ep Ever
Fair Far Fel Fen Fern Flax Gar Gil Glos Gold Grim Had Hal Ham Han Hare Hart Has Haw Hazel Heb Hel Hens Hey Hind Hol
Horn Hux In Ken Ket Kil Kirk Knap Lang Las Led Leigh Lin Long Lud Mab Mal Mar Mel Mid Mil Mor Nether New Nor Oak Old Or
Ox Pem Pen Pick Pop Quar Rad Ram Rat Raw Red Rish Rock Rud Rush Ry Sal Sax Scar Sed Sel Shel Ship Sil Skel Snel South
Spel Stan Star Stock Sud Swin Tad Tal Tat Thorn Thorp Tod Tol Tun Ul Up Wad Wake Wal War Wat Wel Wen West Wex Whit Wick
Win With Wol Wood Wor Wy Yar York
"""
_LAST = """
bourne brook brough bury by combe cote croft dale den don field ford gate grave greaves ham hampton hayes head holme
hope hurst ingham ington land ley low man mere more ness over pole ridge ridge rop royd shaw sley son stall stead
stock stone stow ston street thorne thwaite ton tree twood vell wade wall ward ware water way well wick win wold wood
worth worthy yard
"""
_RESPELLED = (("y", "ey"), ("ck", "k"), ("ley", "leigh"), ("field", "feild"), ("ton", "tone"), ("brook", "brooke"))

ENGLISH, WELSH, SCOTTISH = tuple(_ENGLISH.split()), tuple(_WELSH.split()), tuple(_SCOTTISH.split())
IRISH, CARIBBEAN = tuple(_IRISH.split()), tuple(_CARIBBEAN.split())
CARIBBEAN_FORENAMES = (tuple(_CARIBBEAN_MALE.split()), tuple(_CARIBBEAN_FEMALE.split()))


def rare_surnames() -> tuple[str, ...]:
    """Some twenty thousand surnames made of parts, some of them in two spellings; always in the same order."""
    made = dict.fromkeys(first + last for last in _LAST.split() for first in _FIRST.split())
    for old, new in _RESPELLED:
        made |= dict.fromkeys(name.replace(old, new) for name in tuple(made)[::7] if old in name)
    return tuple(sorted(made, key=lambda name: (hash_of(name), name)))


def hash_of(text: str) -> int:
    """A number that scatters names without depending on the process."""
    scattered = 2166136261
    for character in text:
        scattered = (scattered ^ ord(character)) * 16777619 % 2**32
    return scattered
