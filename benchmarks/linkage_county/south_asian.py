"""Names of families from Pakistan, Bangladesh, Punjab and Gujarat, as they are recorded in Britain.

Ranked approximately as they occur in British registers. Muslim women often bear a last name of their own (Begum, Bibi)
and not a family's; Sikhs bear Singh or Kaur with or without a family name; one name has many spellings in our letters.
"""

_MUSLIM_MALE = """
Mohammed Ali Ahmed Hassan Hussain Usman Omar Ibrahim Yusuf Adam Hamza Bilal Imran Asif Tariq Khalid Nadeem Shahid
Zahid Abid Rashid Sajid Wasim Naveed Kashif Faisal Amir Haroon Ismail Zain Zakariya Ayaan Musa Isa Abdullah Rehan
Farhan Adnan Junaid Shoaib Arshad Pervez Akhtar Iqbal Javed Saeed Mahmood Rafiq Shabir Nasir Tahir Yasir Waqas Aqib
Danyal Rayyan Eesa Idris Sulaiman Yahya Zubair Kamran Salman Irfan Aamir Sohail Abdul Anwar Habib Jamal Kamal Mizan
Rahim Karim Shafiq Shamim Tofayel Nazrul Rezaul Mahbub Faruk Monir Sadiq Ashraf Aslam Bashir Ghulam Liaqat Manzoor
"""
_MUSLIM_FEMALE = """
Fatima Aisha Maryam Zainab Khadija Amina Sara Nasreen Shazia Rukhsana Farzana Parveen Samina Saima Nadia Sadia Rabia
Sumaira Nazia Shabana Yasmin Rehana Naheed Zahida Tahira Shaheen Robina Fozia Kausar Mumtaz Hafsa Safiya Hana Iqra
Aleena Anaya Inaya Zara Zoya Ayesha Eshal Maira Haleema Sana Hina Mehwish Anam Uzma Bushra Asma Saira Noreen Nighat
Salma Shamima Rahima Sultana Nasima Hasina Rokeya Monwara Jahanara Lutfa Taslima Ruksana Shahida Momtaz Afia Tasnim
Sumaiya Nusrat Mahira Ameera Noor Laiba Hoorain Minahil Areeba Alisha Aliza Maha Raisa Sabiha Zakia Azra Tabassum
"""
_PAKISTANI_LAST = """
Khan Hussain Ahmed Ali Mahmood Iqbal Akhtar Malik Shah Mohammed Hussein Rehman Aslam Akram Ashraf Mirza Butt Raja
Rashid Rafiq Sheikh Qureshi Chaudhry Saleem Younis Yousaf Hassan Shabir Khaliq Zaman Bashir Sadiq Javed Riaz Shafiq
Siddique Arshad Ditta Hanif Parvez Nawaz Sharif Anwar Latif Karim Mehmood Bhatti Kiani Dar Abbasi Awan Baig Jan Gul
"""
_BANGLADESHI_LAST = """
Miah Ahmed Uddin Ali Islam Hussain Rahman Chowdhury Khan Haque Alam Choudhury Hoque Kamal Karim Ullah Hassan Khatun
Sarker Talukder Mia Hossain Mannan Malik Bari Shah Choudhary Rashid Quddus Motin Goni Latif Matin Salam Noor Sheikh
"""
_SIKH_GIVEN = """
Harpreet Gurpreet Manpreet Jaspreet Amandeep Sandeep Kuldeep Mandeep Gurdeep Jasdeep Harjit Surjit Manjit Baljit
Daljit Ranjit Amarjit Inderjit Kulwinder Balwinder Sukhwinder Parminder Satwinder Harvinder Davinder Rajinder Jaswinder
Gurmeet Manmeet Jasmeet Harmeet Simran Arjan Jasleen Kirandeep Ravinder Narinder Tejinder Gurbaksh Balbir Sukhbir
Karamjit Amrit Arjun Kiran Hardeep Pardeep Navdeep Rupinder Gurinder Lakhbir Mohinder Surinder Avtar Nirmal Joginder
"""
_SIKH_LAST = """
Singh Gill Sandhu Dhillon Sidhu Grewal Dhaliwal Sahota Johal Bains Atwal Mann Virk Chahal Uppal Hayer Rai Kang Sangha
Purewal Bassi Bhogal Matharu Sagoo Panesar Nijjar Samra Dosanjh Aujla Brar Cheema Kooner Heer Deol Toor Basra Randhawa
"""
_HINDU_MALE = """
Rajesh Sanjay Amit Vijay Anil Sunil Rakesh Mahesh Suresh Ramesh Dinesh Bharat Ashok Kishor Jayesh Nilesh Hitesh Mukesh
Paresh Ketan Nikhil Rohan Aarav Krishna Dhruv Jay Kunal Rahul Ravi Deepak Manish Pankaj Vikram Arjun Aryan Vivaan Om
Dev Shiv Harish Girish Kirit Chetan Bhavesh Mitesh Pratik Sachin Vishal Hemant Jignesh Kamlesh Naresh Praful Shyam
"""
_HINDU_FEMALE = """
Priya Anita Sunita Nisha Meena Rekha Kavita Sangita Jyoti Asha Hansa Kokila Manjula Pushpa Sarla Urmila Bhavna Hina
Alpa Dipti Kajal Pooja Neha Riya Anaya Diya Isha Kavya Aanya Saanvi Shreya Jaya Lata Usha Vandana Varsha Daksha Ila
Jasmina Bindu Chandrika Geeta Kalpana Leela Madhu Nita Pallavi Radha Reena Rina Seema Shilpa Smita Swati Tejal Trupti
"""
_HINDU_LAST = """
Patel Shah Sharma Kumar Mistry Desai Parmar Joshi Mehta Chauhan Solanki Gupta Reddy Nair Rao Verma Agarwal Pillai Iyer
Lad Amin Bhatt Trivedi Pandya Parekh Gandhi Modi Thakkar Vyas Lakhani Raval Rathod Makwana Vaghela Dave Kapoor Malhotra
Chopra Bhatia Khanna Menon Krishnan Subramaniam Thomas Mathew Varghese George Joseph Philip Kurian Das Roy Sen Ghosh
"""
_SPELLINGS = """
Mohammed Muhammad Mohamed Mohammad Muhammed Mohamad;Ahmed Ahmad Ahmet;Hussain Hussein Husain Hossain;Yusuf Yousuf Yousaf
Yousef;Usman Uthman Osman;Omar Umar Umer;Hassan Hasan;Aisha Ayesha Aysha Aishah;Fatima Fatimah Fathima;Maryam Mariam
Marium Meryem;Zainab Zaynab Zenab;Khadija Khadijah;Amina Aminah Ameena;Yasmin Yasmeen Jasmin;Chaudhry Choudhry Chaudhary
Choudhary Chowdhry;Chowdhury Choudhury Chaudhury;Sheikh Shaikh Shaik;Mahmood Mehmood Mahmud;Rehman Rahman Rahmaan;
Javed Javaid Jawed;Saeed Said Sayeed;Siddique Siddiq Siddiqui;Parveen Parvin Perveen;Nasreen Nasrin;Miah Mia Miya;
Ibrahim Ebrahim;Ismail Esmail;Zakariya Zakaria;Abdullah Abdulla;Iqbal Iqball;Hussein Hussain;Akhtar Akther Akter;
Kausar Kauser Kousar;Begum Begom;Bibi Bi;Khatun Khatoon;Harjit Harjeet;Manjit Manjeet;Kulwinder Kalwinder;
Gurmeet Gurmit;Dhillon Dhillion;Sharma Sherma;Pooja Puja;Geeta Gita;Meena Mina;Nair Nayar;Agarwal Aggarwal Agrawal;
Rafiq Rafique;Shafiq Shafique;Tariq Tarik Tareq;Karim Kareem;Rahim Raheem;Salim Saleem;Noor Nur Nour;
Sara Sarah;Hana Hannah;Musa Moosa;Isa Eesa Essa;Adam Aadam;Haroon Harun;Sulaiman Suleman Suleiman;
Uddin Udin Ud-Din;Ullah Ulla;Haque Haq Hoque
"""

MUSLIM = (tuple(_MUSLIM_MALE.split()), tuple(_MUSLIM_FEMALE.split()))
PAKISTANI_LAST, BANGLADESHI_LAST = tuple(_PAKISTANI_LAST.split()), tuple(_BANGLADESHI_LAST.split())
# Last names that Muslim women of the older generations bear instead of a family's.
PAKISTANI_WOMENS = ("Begum", "Bibi", "Akhtar", "Kausar", "Parveen", "Bi", "Jan", "Sultana")
BANGLADESHI_WOMENS = ("Begum", "Khatun", "Bibi", "Khanom", "Nessa", "Akter")
SIKH_GIVEN, SIKH_LAST = tuple(_SIKH_GIVEN.split()), tuple(_SIKH_LAST.split())
HINDU = (tuple(_HINDU_MALE.split()), tuple(_HINDU_FEMALE.split()))
HINDU_LAST = tuple(_HINDU_LAST.split())
SPELLINGS: dict[str, tuple[str, ...]] = {
    words[0]: tuple(words[1:]) for words in (entry.split() for entry in _SPELLINGS.split(";")) if words
}
