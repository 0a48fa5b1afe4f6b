"""Names for generated people: commonest first, so that a falling weight gives a few common and many rare."""

_FEMALE = """
Olivia Amelia Isla Ava Mia Grace Lily Freya Emily Sophie Charlotte Ella Poppy Evie Isabella Jessica Sarah Emma
Laura Rebecca Gemma Rachel Kelly Victoria Katherine Catherine Lisa Nicola Michelle Karen Susan Julie
Jacqueline Deborah Tracey Jane Helen Diane Sharon Margaret Patricia Christine Mary Jean Dorothy Joan Aisha
Fatima Zainab Maryam Khadija Priya Anjali Sunita Deepa Agnieszka Katarzyna Magdalena Ioana Andreea Chioma
Ngozi Adaeze Amara Mei Xiu Thi Siobhan Niamh Aoife Bronwen Cerys Morag Ailsa Bethany Chloe Jade Courtney
Shannon Paige Lauren Megan Hannah Abigail Elizabeth Samantha Stephanie Jennifer Claire Joanne Amanda Alison
Sandra Linda Barbara Pamela Maureen Sheila Brenda Doreen
"""
_MALE = """
Oliver George Noah Arthur Leo Harry Jack Charlie Oscar Jacob Thomas James William Joshua Daniel Matthew
Christopher David Michael Andrew Paul Mark Stephen Richard Robert John Peter Kevin Gary Ian Alan Brian Keith
Graham Derek Roy Kenneth Raymond Ronald Leslie Mohammed Muhammad Ahmed Ali Hassan Ibrahim Yusuf Abdul Imran
Tariq Raj Arjun Vikram Sanjay Piotr Krzysztof Tomasz Andrei Ionut Emeka Chinedu Kwame Kofi Wei Minh Connor
Liam Sean Declan Rhys Gareth Dylan Callum Hamish Ryan Kieran Jordan Kyle Aaron Adam Luke Nathan Samuel
Benjamin Alexander Anthony Simon Philip Martin Nicholas Timothy Jonathan Edward Charles Henry Frederick Albert
Ernest Stanley Tyler Reece Darren Wayne Lee Jason
"""
_FAMILY = """
Smith Jones Taylor Brown Williams Wilson Johnson Davies Patel Robinson Wright Thompson Evans Walker White
Roberts Green Hall Wood Jackson Clarke Khan Hussain Ali Ahmed Begum Singh Kaur Shah Iqbal Mahmood Akhtar Malik
Hughes Edwards Hill Moore Clark Harrison Scott Young Morris Ward Cooper King Turner Carter Lee Baker Harris
Martin Allen Mitchell Phillips Campbell Anderson Parker Bailey Bennett Cook Murphy Kelly Kennedy Doyle Byrne
O'Brien O'Connor McDonald MacLeod Fraser Stewart Murray Graham Reid Griffiths Price Lloyd Owen Powell Nowak
Kowalski Wisniewski Lewandowski Popescu Ionescu Okafor Adeyemi Mensah Boateng Owusu Osei Nguyen Tran Chen Wang
Li Zhang Cole Marsh Nair Harwood Pritchard Barlow Croft Dyer Ellwood Fenwick Garside Hepworth Ingham Jessop
Kershaw Lomax Midgley Naylor Oldroyd Pickles Quarmby Ramsden Sutcliffe Thackray Uttley Varley Whiteley Yardley
Ackroyd Bottomley Crowther Dewhirst Entwistle Farrar Greenwood Haigh Illingworth Jagger Kaye Ledgard Mellor
Noble Ogden Peel Radcliffe Stott Tordoff Unwin Verity Womersley
"""
_STREETS = """
High Street;Mill Lane;Church Road;Station Road;Alder Court;Victoria Road;Park Avenue;Green Lane;Manor Road;
Queens Road;Albert Street;King Street;Orchard Close;Meadow View;The Crescent;Grange Road;Chapel Street;
Beech Grove;Hawthorn Drive;St Johns Road
"""
_FIRST_PARTS = (
    "Ash Beck Black Brad Broad Bur Clay Cran Dun East Farn Gold Hal Hart Hol Kirk Lang Lind Marl Nor Old Pem Red"
)
_LAST_PARTS = (
    "bourne brook bury by combe cott den field ford gate ham hurst ley low man more ridge son stead ton well wick"
)

FEMALE = tuple(_FEMALE.split())
MALE = tuple(_MALE.split())
FAMILY = tuple(_FAMILY.split())
RARE_FAMILY = tuple(first + last for first in _FIRST_PARTS.split() for last in _LAST_PARTS.split())
_STREET_KINDS = ("Road", "Street", "Avenue", "Close", "Drive", "Lane", "Gardens", "Way")
RARE_STREETS = tuple(f"{name.title()} {kind}" for name in RARE_FAMILY for kind in _STREET_KINDS)
STREETS = tuple(street.strip() for street in _STREETS.split(";"))
