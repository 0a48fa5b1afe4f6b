"""Family and given names of a British borough of many origins; own lists, no real person meant."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Origin:
    """Names that go together. `weight` is the share among households, per cent; `ethnicity` are DfE census codes."""

    weight: int
    ethnicity: tuple[str, ...]
    family: tuple[str, ...]
    female: tuple[str, ...]
    male: tuple[str, ...]


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


ORIGINS = (
    Origin(
        58,
        ("WBRI", "WBRI", "WBRI", "MWBC", "MOTH"),
        _words(
            "Ashworth Atkinson Barlow Barnes Bates Bennett Birch Blackburn Booth Bradshaw Briggs Brook Burton "
            "Carter Chadwick Clegg Clough Cooke Crossley Dawson Dixon Ellis Entwistle Farrow Fielding Fletcher "
            "Foster Garner Gibson Grantham Hadfield Hargreaves Harper Hartley Haworth Heaton Hewitt Holt "
            "Howarth Hughes Ingham Jackson Kershaw Kirby Lawson Leigh Lister Lomax Marsden Mather Mills Naylor "
            "Newton Ogden Palmer Parkin Pearson Penrose Pollard Ramsden Rawson Redfern Rhodes Rowe Schofield "
            "Sharples Shaw Slater Stott Sutcliffe Tattersall Thackray Tindall Turner Unsworth Vickers "
            "Wainwright Walmsley Webb Whittaker Wilde Winstanley Wood Yates O'Hara Smith-Lowe"
        ),
        _words(
            "Abigail Alice Amelia Amy Ava Bethany Carol Catherine Charlotte Chloe Christine Claire Daisy "
            "Deborah Donna Eleanor Elizabeth Ella Emily Emma Erin Eva Evie Florence Freya Gemma Georgia Grace "
            "Hannah Harriet Heather Helen Holly Isabelle Isla Jacqueline Jane Jennifer Jessica Joanne Julie "
            "Karen Katie Kimberley Laura Lauren Leah Lily Linda Louise Lucy Lydia Mabel Margaret Megan Mia "
            "Molly Natalie Nicola Olivia Paige Pamela Patricia Poppy Rachel Rebecca Rosie Ruby Samantha Sarah "
            "Sophie Stephanie Susan Tracey Victoria Willow Zoe"
        ),
        _words(
            "Aaron Adam Alan Alexander Alfie Andrew Anthony Archie Arthur Barry Benjamin Bradley Callum Charlie "
            "Christopher Colin Connor Craig Daniel David Dean Dylan Edward Ethan Finley Frank Frederick Gary "
            "Gavin George Harry Harvey Henry Ian Jack Jacob James Jamie Jason Joe Jordan Joshua Keith Kevin "
            "Kieran Lee Leo Lewis Liam Logan Luke Mark Martin Matthew Max Michael Nathan Neil Noel Oliver Oscar "
            "Patrick Paul Peter Philip Reece Richard Robert Ryan Samuel Scott Sean Simon Stephen Steven Theo "
            "Thomas Timothy Toby William Zachary"
        ),
    ),
    Origin(
        12,
        ("APKN", "ABAN", "AOTH"),
        _words(
            "Ahmed Akhtar Ali Aziz Begum Bhatti Butt Chaudhry Hussain Hussein Iqbal Islam Javed Khan Mahmood "
            "Malik Mirza Miah Qureshi Rahman Rashid Rehman Shah Sheikh Siddiqui Uddin Zaman"
        ),
        _words(
            "Aaliyah Amina Asma Ayesha Fatima Farzana Hafsa Iqra Khadija Maryam Nadia Naila Nasreen Parveen "
            "Rabia Rukhsana Saima Samina Shabana Sumaiya Tahira Yasmin Zainab Zara"
        ),
        _words(
            "Abdul Adeel Asif Bilal Faisal Farhan Hamza Haroon Hassan Ibrahim Imran Irfan Kashif Mohammed "
            "Muhammad Nadeem Omar Rashid Sajid Shahid Tariq Usman Waqas Yusuf Zubair"
        ),
    ),
    Origin(
        6,
        ("AIND",),
        _words(
            "Bains Desai Dhillon Gill Gupta Joshi Kaur Kumar Mehta Mistry Pandya Patel Sandhu Sharma Sidhu Singh Verma"
        ),
        _words("Anita Anjali Asha Deepa Gurpreet Harpreet Jaspreet Kavita Manjit Meera Neha Pooja Sunita Simran Sonal"),
        _words("Ajay Amit Anil Arjun Gurdeep Harjit Jagdeep Kiran Mandeep Nikhil Rajesh Sandeep Sanjay Sukhdev Vijay"),
    ),
    Origin(
        8,
        ("BAFR", "BOTH", "MWBA"),
        _words(
            "Abebe Adeyemi Afolabi Agyeman Asante Boakye Chukwu Danso Eze Kamara Mensah Moyo Mutasa Ndlovu "
            "Nwosu Obi Okafor Okonkwo Osei Owusu Sesay Tesfaye"
        ),
        _words("Abena Adaeze Ama Blessing Chidinma Comfort Efua Esther Faith Folake Mercy Ngozi Rutendo Tendai Yaa"),
        _words("Chidi Chinedu Daniel Emeka Emmanuel Femi Kofi Kwame Kwabena Samuel Segun Tapiwa Tunde Yaw Yonas"),
    ),
    Origin(
        4,
        ("BCRB", "MWBC"),
        _words("Beckford Bogle Campbell Francis Gayle Gordon Grant Henry Lindo Morgan Reid Samuels Thompson Williams"),
        _words("Aaliyah Chantelle Dionne Jada Keisha Monique Natasha Paulette Shanice Tanisha Yvonne"),
        _words("Andre Carlton Curtis Delroy Jermaine Junior Leroy Marlon Nathaniel Tyrone Winston"),
    ),
    Origin(
        7,
        ("WOTH", "WROM"),
        _words(
            "Balan Dabrowski Dumitru Horvath Ionescu Jankauskas Kaminski Kovacs Kowalczyk Kowalski Lewandowski "
            "Novak Nowak Petrov Popescu Radu Szymanski Wisniewski Wojcik Zielinski"
        ),
        _words("Agnieszka Aleksandra Alina Elena Ewa Ioana Katarzyna Magdalena Maja Oana Oliwia Simona Zofia Zuzanna"),
        _words("Adrian Andrei Bogdan Filip Jakub Kacper Krzysztof Marcin Mateusz Mihai Pawel Piotr Stefan Tomasz Vlad"),
    ),
    Origin(
        3,
        ("OOTH", "CHNE", "AOTH"),
        _words("Al-Amin Chan Chen Haddad Ho Karimi Lam Li Mansour Nguyen Saleh Tran Wong Yilmaz Zhang"),
        _words("Elif Fatma Hana Jing Layla Leila Ling Mei Mina Noor Rania Wai-Yin Xin Zeynep"),
        _words("Ahmad Emre Jian Kaveh Khalid Long Mehmet Minh Mustafa Reza Sami Wei Yusuf Zhen"),
    ),
    Origin(
        2,
        ("WIRI", "WIRT"),
        _words(
            "Brennan Connolly Doherty Gallagher Kavanagh Maguire McCarthy McDonagh Murphy O'Brien O'Connor Quinn Ward"
        ),
        _words("Aoife Bridget Caitlin Ciara Kathleen Maeve Niamh Roisin Siobhan Sinead"),
        _words("Brendan Cathal Ciaran Conor Declan Eamonn Fergus Kieran Padraig Seamus"),
    ),
)

NICKNAMES = {
    "Abigail": "Abi",
    "Alexander": "Alex",
    "Andrew": "Andy",
    "Anthony": "Tony",
    "Benjamin": "Ben",
    "Bethany": "Beth",
    "Catherine": "Kate",
    "Charlotte": "Lottie",
    "Christine": "Chris",
    "Christopher": "Chris",
    "Daniel": "Dan",
    "David": "Dave",
    "Deborah": "Debbie",
    "Edward": "Ted",
    "Eleanor": "Ellie",
    "Elizabeth": "Liz",
    "Emmanuel": "Manny",
    "Frederick": "Fred",
    "Gurpreet": "Preet",
    "Isabelle": "Izzy",
    "Jacqueline": "Jackie",
    "James": "Jim",
    "Jennifer": "Jenny",
    "Jessica": "Jess",
    "Joanne": "Jo",
    "Joshua": "Josh",
    "Katarzyna": "Kasia",
    "Kimberley": "Kim",
    "Krzysztof": "Chris",
    "Magdalena": "Magda",
    "Margaret": "Maggie",
    "Matthew": "Matt",
    "Michael": "Mick",
    "Mohammed": "Mo",
    "Muhammad": "Mo",
    "Nathaniel": "Nat",
    "Nicola": "Nicky",
    "Patricia": "Pat",
    "Patrick": "Paddy",
    "Philip": "Phil",
    "Rebecca": "Becky",
    "Richard": "Rick",
    "Robert": "Bob",
    "Samantha": "Sam",
    "Samuel": "Sam",
    "Stephanie": "Steph",
    "Stephen": "Steve",
    "Steven": "Steve",
    "Susan": "Sue",
    "Thomas": "Tom",
    "Timothy": "Tim",
    "Tomasz": "Tom",
    "Victoria": "Vicky",
    "William": "Bill",
    "Zachary": "Zac",
}
