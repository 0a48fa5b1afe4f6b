"""Names of families from Poland, Romania, West Africa, the Arab world, Somalia and China, as recorded in Britain.

Ranked approximately as they occur. Polish surnames take a woman's ending; letters with marks are often lost; names of
the Arab world and of Somalia are chains of fathers' names; Chinese family names come first, and many have an English
name in daily life.
"""

_POLISH_MALE = """
Piotr Krzysztof Andrzej Tomasz Paweł Michał Marcin Jan Jakub Adam Łukasz Marek Grzegorz Mateusz Wojciech Mariusz
Dariusz Rafał Maciej Robert Kamil Jacek Dawid Szymon Kacper Bartosz Filip Antoni Franciszek Aleksander Stanisław Oskar
Sebastian Przemysław Zbigniew Sławomir Damian Patryk Hubert Artur Adrian Igor Mikołaj Wiktor Leon Oliwier Nikodem
"""
_POLISH_FEMALE = """
Anna Katarzyna Małgorzata Agnieszka Barbara Ewa Krystyna Magdalena Elżbieta Joanna Aleksandra Zofia Monika Teresa
Natalia Julia Karolina Marta Beata Dorota Danuta Alicja Jolanta Iwona Paulina Oliwia Zuzanna Maja Lena Hanna Wiktoria
Amelia Nikola Renata Sylwia Justyna Edyta Izabela Kinga Weronika Gabriela Emilia Patrycja Kamila Aneta Milena Antonina
"""
_POLISH_LAST = """
Nowak Kowalski Wiśniewski Wójcik Kowalczyk Kamiński Lewandowski Zieliński Szymański Woźniak Dąbrowski Kozłowski Mazur
Jankowski Kwiatkowski Wojciechowski Krawczyk Kaczmarek Piotrowski Grabowski Zając Pawłowski Michalski Król Wieczorek
Jabłoński Wróbel Nowakowski Majewski Olszewski Stępień Malinowski Jaworski Adamczyk Dudek Nowicki Pawlak Górski
Witkowski Walczak Sikora Baran Rutkowski Michalak Szewczyk Ostrowski Tomaszewski Pietrzak Zalewski Wróblewski
Marciniak Jasiński Zawadzki Bąk Jakubowski Sadowski Duda Włodarczyk Wilk Chmielewski Borkowski Sokołowski
"""
_ROMANIAN_MALE = """
Andrei Alexandru Ionuț Gheorghe Ion Mihai Vasile Constantin Nicolae Florin Marian Daniel Cristian Adrian Bogdan Gabriel
Stefan Ilie Viorel Costel Marius Cătălin Radu Sorin Liviu Ovidiu David Luca Matei Denis Iulian Laurentiu Petru Dumitru
"""
_ROMANIAN_FEMALE = """
Maria Elena Ana Ioana Mihaela Andreea Cristina Alina Daniela Georgiana Florentina Nicoleta Gabriela Simona Roxana
Ramona Loredana Bianca Alexandra Larisa Denisa Adriana Mirela Carmen Violeta Corina Diana Sofia Antonia Daria Anca Oana
"""
_ROMANIAN_LAST = """
Popa Popescu Ionescu Radu Dumitru Stan Stoica Gheorghe Matei Ciobanu Rusu Munteanu Constantin Marin Lazar Florea Dobre
Sandu Moldovan Barbu Toma Nistor Dinu Mocanu Cojocaru Vasile Lupu Iordache Ungureanu Serban Balan Enache Stefan Tudor
Neagu Ene Preda Anghel Dragomir Voicu Manole Ilie Nita Olteanu Petrescu Georgescu Stanciu Diaconu Bucur Pavel Avram
"""
_AFRICAN_MALE = """
Emmanuel Samuel Daniel David Michael Joseph Kwame Kofi Kwabena Yaw Kojo Olumide Oluwaseun Olufemi Adebayo Babatunde
Chukwuemeka Chinedu Ikechukwu Obinna Emeka Tunde Segun Ayodele Temitope Oluwatobi Ifeanyi Nnamdi Uchenna Kelechi Ebuka
Kwaku Kwasi Nana Ebenezer Isaac Solomon Moses Elijah Joshua Gabriel Jeremiah Nathaniel Ayomide Tolu Kayode Ola Femi
Musa Ibrahim Mamadou Ousmane Alhaji Abdul Sorie Foday Tejan Prince Godfrey Godwin Innocent Sunday Felix Victor Benjamin
"""
_AFRICAN_FEMALE = """
Grace Mary Esther Blessing Abena Ama Akosua Adwoa Yaa Efua Akua Folake Oluwakemi Titilayo Temitope Omolara Adaeze
Chioma Ngozi Nkechi Ifeoma Chidinma Amarachi Adanna Oluwaseyi Yetunde Bukola Funmilayo Abiola Damilola Precious Mercy
Patience Comfort Gifty Vida Felicia Beatrice Rita Hannah Deborah Ruth Sarah Rebecca Elizabeth Victoria Joy Faith
Peace Favour Success Fatmata Aminata Isatu Mariama Hawa Kadiatu Zainab Efe Osas Isioma Uche Ebere Amaka Zuri Tiwa
"""
_AFRICAN_LAST = """
Mensah Owusu Boateng Osei Asante Appiah Adjei Okafor Adeyemi Okeke Ogunleye Adebayo Eze Okoro Nwosu Balogun Oladipo
Ojo Akintola Afolabi Ogbonna Chukwu Obi Onyeka Ibrahim Bello Abubakar Musa Danso Agyeman Amoah Antwi Sarpong Frimpong
Addo Amponsah Opoku Quaye Tetteh Kamara Sesay Conteh Koroma Bangura Kargbo Turay Jalloh Bah Diallo Mansaray Fofanah
Adeleke Ogundipe Olatunji Oyelaran Adewale Akinyemi Fashola Odukoya Sowande Ajayi Alabi Bankole Ekwueme Uzor Igwe
Nwachukwu Onwuka Udoh Effiong Bassey Etim Osagie Igbinedion Omoruyi Aigbe Wireko Gyamfi Kyei Darko Nkrumah Ofori Asare
"""
_ARAB_MALE = """
Mohammed Ahmed Ali Omar Hassan Hussein Khalid Ibrahim Yousef Mahmoud Mustafa Abdullah Abdulrahman Saleh Nasser Karim
Tariq Samir Walid Faisal Hamza Bilal Adam Zaid Yasin Anas Rami Fadi Majid Salim Jamal Kamal Nabil Ziad Hani Bashar
"""
_ARAB_FEMALE = """
Fatima Maryam Aisha Zainab Noor Layla Sara Huda Amal Rania Hanan Samira Nadia Salma Iman Dina Mona Rana Reem Lina Yara
Hala Suad Khadija Asma Amina Malak Jana Farah Nour Ruqaya Safa Marwa Hiba Shaimaa Zahra Batoul Ghada Lubna Wafa Basma
"""
_ARAB_LAST = """
Al-Hassan Al-Ali Mohammed Ahmed Hassan Hussein Al-Khalidi Al-Jabouri Ibrahim Al-Masri Haddad Khoury Mansour Saleh Nasser
Al-Sayed Hamdan Al-Ahmad Khalil Aziz Othman El-Amin Salem Mahmoud Al-Obaidi Al-Tamimi Al-Zaidi Darwish Barakat Farah
Kassem Nasr Shaheen Al-Hariri El-Sherif El-Masry Abbas Jaber Odeh Qasim Rashid Sabbagh Taha Yassin Zidan Al-Rawi Hamad
"""
_SOMALI_MALE = """
Mohamed Abdi Ahmed Ali Hassan Abdullahi Omar Yusuf Ibrahim Abdirahman Mahad Liban Guled Farah Warsame Jama Ismail Bile
Abdiaziz Zakariye Ayub Mukhtar Nuur Said Aden Osman Hussein Ilyas Khalid Bashir Suleiman Mustafe Yahya Idris Hamza
"""
_SOMALI_FEMALE = """
Fadumo Amina Hodan Ayaan Halima Sahra Khadra Ifrah Hibo Asha Nimco Ubah Zamzam Hawa Maryan Safiya Idil Filsan Deqa Ladan
Fartun Muna Naima Rahma Sumaya Ikran Hamdi Yasmin Suad Faiza Shukri Sagal Hani Hafsa Anisa Roda Kaltun Saynab Caasha
"""
_CHINESE_SYLLABLES = """
Wei Li Jing Min Xiao Ming Hong Yan Ying Hui Jun Ping Hua Mei Ling Fang Qing Lan Yu Xin Yi Jia Hao Bo Tao Lei Chen Kai
Zhi Yong Guo Sheng Feng Jie Peng Zi Han Rui Si Wen Ting Qi Shu Man Wai Ka Siu Kwok Chi Wing Yuk Sau Man Kit Ho Lok Yee
"""
_CHINESE_LAST = """
Wang Chen Li Zhang Liu Wong Chan Lee Lam Cheung Ng Leung Ho Yang Huang Wu Zhao Zhou Xu Sun Ma Zhu Hu Lin Guo He Gao Tang
Lau Yip Yeung Kwok Tsang Chow Cheng Chu Fung Mak Tse Yuen Hui Poon Liang Luo Zheng Xie Han Deng Cao Peng Zeng Xiao Tian
"""
_ENGLISH_NAMES = (
    "Kevin Jason Eric Andy Tony Alan Raymond Vincent Simon Peter David Michael Daniel Leo Ryan Lucas Ethan Felix Henry",
    "Amy Joyce Grace Jenny Vivian Cindy Mandy Karen Winnie Connie Emily Michelle Chloe Sophie Angela Jessica Fiona Ivy",
)
_UNMARKED = str.maketrans("ąćęłńóśźżŁŚŻăâîșțĂÂÎȘȚ", "acelnoszzLSZaaistAAIST")

Names = tuple[str, ...]


def _both(male: str, female: str) -> tuple[Names, Names]:
    return tuple(male.split()), tuple(female.split())


POLISH, POLISH_LAST = _both(_POLISH_MALE, _POLISH_FEMALE), tuple(_POLISH_LAST.split())
ROMANIAN, ROMANIAN_LAST = _both(_ROMANIAN_MALE, _ROMANIAN_FEMALE), tuple(_ROMANIAN_LAST.split())
AFRICAN, AFRICAN_LAST = _both(_AFRICAN_MALE, _AFRICAN_FEMALE), tuple(_AFRICAN_LAST.split())
ARAB, ARAB_LAST = _both(_ARAB_MALE, _ARAB_FEMALE), tuple(_ARAB_LAST.split())
SOMALI = _both(_SOMALI_MALE, _SOMALI_FEMALE)
CHINESE_LAST = tuple(_CHINESE_LAST.split())
CHINESE_ENGLISH = _both(*_ENGLISH_NAMES)
_SYLLABLES = tuple(dict.fromkeys(_CHINESE_SYLLABLES.split()))
CHINESE_GIVEN = tuple(f"{first} {second}" for second in _SYLLABLES for first in _SYLLABLES if first != second)


def unmarked(name: str) -> str:
    """The name as a system without marks on letters keeps it."""
    return name.translate(_UNMARKED)


def womans(surname: str) -> str:
    """The form of a Polish surname that a woman bears."""
    return surname[:-1] + "a" if surname.endswith(("ski", "cki", "dzki")) else surname
