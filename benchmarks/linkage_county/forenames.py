"""Forenames given to children registered in Britain, most common first, by the years in which they were born.

Approximately in the order of the public rankings of the statistical offices (babies, 1904 to 2024). Each list is
ranked; `FADING` tells how fast frequency falls with the rank: old names were shared by many more people.
"""

COHORTS = ((1900, 1946), (1946, 1964), (1964, 1982), (1982, 2000), (2000, 2030))
# Exponent of the fall of frequency with rank, per cohort.
FADING = (1.05, 0.95, 0.9, 0.75, 0.6)

_MALE = (
    """
    John William George James Ronald Robert Kenneth Frederick Thomas Albert Eric Edward Arthur Charles Leslie Sidney
    Frank Peter Dennis Joseph Alan Stanley Ernest Harold Norman Raymond Leonard Alfred Harry Donald Reginald Roy Derek
    Henry Geoffrey David Gordon Herbert Walter Cyril Jack Richard Douglas Maurice Bernard Gerald Brian Victor Wilfred
    Francis Cecil Roland Edwin Clifford Percy Horace Lawrence Stephen Ralph Hugh Cuthbert Basil Wallace Clarence
    """,
    """
    David John Peter Michael Alan Robert Stephen Paul Brian Graham Philip Anthony Colin Christopher Geoffrey William
    James Keith Terence Barry Malcolm Richard Ian Derek Roger Raymond Kenneth Andrew Trevor Martin Kevin Ronald Leslie
    Charles George Thomas Nigel Stuart Edward Gordon Roy Dennis Neil Laurence Clive Eric Frederick Patrick Robin Donald
    Joseph Douglas Gerald Simon Victor Bernard Norman Rodney Jeffrey Harold Timothy Howard Maurice Glyn Duncan
    """,
    """
    Paul David Andrew Stephen Mark Michael Ian Gary Robert Richard Peter John Anthony Christopher Darren Kevin Martin
    Simon Philip Graham Colin Adrian Nigel Alan Neil Shaun Jonathan Nicholas Stuart Timothy Wayne Brian James Carl
    Jeffrey Dean Lee Matthew Jason Craig Daniel Steven Thomas William Gareth Barry Keith Trevor Russell Julian Damian
    Glen Justin Marcus Dominic Gavin Raymond Edward Karl Duncan Ross Howard Antony Leon Terence Kenneth Patrick Roger
    """,
    """
    Daniel Thomas Matthew James Christopher Jack Joshua Luke Ryan Adam Michael Liam Jordan Benjamin Samuel Joseph Lewis
    Jake Alexander William Connor Callum Robert David Andrew Nathan Kyle Jamie Aaron Bradley Scott Ashley Charlie Ben
    Kieran George Jonathan Reece Dominic Oliver Sean Harry Richard Mark Sam Edward Louis Jacob Alex Mitchell Craig
    Stuart Gareth Elliot Curtis Tyler Brandon Josh Declan Dean Lee Rhys Toby Max Marcus Dale Ross Henry Peter Stephen
    """,
    """
    Oliver George Noah Jack Harry Charlie Jacob Thomas Oscar William James Leo Alfie Henry Joshua Freddie Archie Ethan
    Isaac Alexander Joseph Edward Samuel Max Logan Lucas Daniel Theo Arthur Harrison Benjamin Mason Finley Sebastian
    Adam Dylan Zachary Riley Teddy Theodore David Toby Jake Louie Elijah Reuben Arlo Hugo Luca Jaxon Matthew Harvey
    Reggie Michael Harley Jude Albert Tommy Luke Stanley Jenson Frankie Jayden Gabriel Elliot Mohammed Ronnie Charles
    Louis Ellis Rory Bobby Callum Tyler Connor Kian Caleb Nathan Rowan Ezra Otis Roman Felix Jasper Kai Blake Ollie
    """,
)
_FEMALE = (
    """
    Mary Margaret Doris Joan Dorothy Kathleen Winifred Edith Elsie Irene Joyce Florence Barbara Gladys Hilda Ivy Jean
    Eileen Annie Sheila Betty Audrey Vera Lilian Alice Nellie Phyllis Marjorie Olive Ethel Elizabeth Patricia Muriel
    Sylvia Evelyn Rose Ruth Constance Mabel Violet Beryl Norma Brenda June Jessie Sarah Emily Freda Daphne Peggy Nora
    Maureen Marion Ellen Jane Queenie Rita Eva Agnes Ada Bertha Hannah Catherine Martha Enid Thelma Connie Mavis Edna
    """,
    """
    Susan Margaret Christine Patricia Linda Jean Mary Barbara Janet Ann Maureen Sheila Carol Pauline Elizabeth Jennifer
    Sandra Kathleen Gillian Brenda Marion Judith Valerie Jacqueline Eileen Catherine Diane Lesley Joan Anne Sylvia Lynn
    Julie Wendy Rosemary Gloria Jane Hilary Angela Denise Veronica Beryl Rita Hazel Heather Carole Marilyn Yvonne
    Irene Frances Jill Stella Elaine Joyce Beverley Shirley Vivien Penelope Lorraine Hilda Sally Teresa Glenys Moira
    """,
    """
    Susan Julie Karen Jacqueline Deborah Tracey Jane Helen Diane Sharon Tracy Angela Sarah Alison Caroline Amanda
    Sandra Linda Catherine Elizabeth Carol Joanne Wendy Janet Dawn Christine Nicola Lisa Claire Michelle Emma Samantha
    Rachel Louise Kelly Victoria Rebecca Lorraine Maria Debra Jennifer Donna Andrea Paula Clare Jayne Kerry Tina Anne
    Melanie Lynne Beverley Anna Sally Heather Rachael Lesley Yvonne Katherine Joanna Zoe Natalie Marie Lucy Justine
    """,
    """
    Emma Rebecca Lauren Jessica Charlotte Hannah Sophie Amy Emily Laura Sarah Gemma Stephanie Samantha Danielle Rachel
    Katie Chloe Natalie Victoria Kirsty Lucy Jennifer Stacey Kelly Bethany Megan Leanne Nicole Georgia Jade Abigail
    Alice Elizabeth Hayley Holly Eleanor Kayleigh Amber Olivia Naomi Nicola Claire Heather Kimberley Louise Catherine
    Amelia Alexandra Melissa Paige Shannon Chelsea Molly Jasmine Zoe Courtney Michelle Lisa Anna Harriet Ellie Rosie
    """,
    """
    Olivia Amelia Isla Emily Ava Jessica Isabella Lily Sophie Ella Mia Poppy Evie Grace Sophia Freya Chloe Charlotte
    Scarlett Daisy Alice Ruby Phoebe Florence Isabelle Sienna Evelyn Millie Matilda Elsie Rosie Layla Ivy Lola Eva
    Willow Maisie Lucy Esme Erin Eliza Harper Imogen Hannah Ellie Bonnie Emilia Thea Robyn Abigail Megan Molly Martha
    Penelope Holly Georgia Violet Bella Amber Orla Darcie Jasmine Lottie Nancy Aria Luna Zara Heidi Mila Summer Leah
    Elizabeth Lexi Maryam Sofia Eleanor Annabelle Lacey Niamh Beatrice Anna Edith Lyla Lilly Faith Maya Gracie Arabella
    """,
)
# The same everywhere in Britain, but commoner where a county's families came from there.
_WELSH = (
    "Rhys Owain Gareth Dafydd Ieuan Emyr Gwilym Iwan Geraint Huw Dylan Aled Tomos Evan Macsen Ioan Gethin Hywel",
    "Sian Megan Rhiannon Ffion Carys Bethan Angharad Nia Cerys Eleri Gwen Bronwen Lowri Mair Catrin Seren Mali Efa",
)
_SCOTTISH = (
    "Callum Angus Hamish Fraser Ewan Duncan Alasdair Iain Finlay Gregor Craig Malcolm Rory Euan Murdo Kenneth Lachlan",
    "Fiona Morag Eilidh Kirsty Aileen Isla Catriona Mhairi Shona Ailsa Iona Skye Lorna Rhona Sheena Moira Elspeth",
)
_IRISH = (
    "Patrick Sean Michael Liam Brendan Declan Kieran Eoin Conor Aidan Padraig Niall Cormac Fergal Oisin Cian Diarmuid",
    "Bridget Siobhan Niamh Aoife Sinead Caoimhe Roisin Orla Mairead Deirdre Grainne Eimear Ciara Saoirse Nuala Una",
)

# What people are called beside what stands on their papers.
_NICKNAMES = """
William Bill Will Billy;Robert Bob Rob Bobby;Richard Dick Rick Richie;James Jim Jimmy Jamie;John Jack Johnny;
Thomas Tom Tommy;Michael Mike Mick;Christopher Chris Kit;Anthony Tony;Andrew Andy Drew;Stephen Steve;Steven Steve;
Edward Ted Eddie Ned;Charles Charlie Chas;Joseph Joe;Samuel Sam Sammy;Daniel Dan Danny;Matthew Matt;Nicholas Nick;
Benjamin Ben;Alexander Alex Sandy Xander;Jonathan Jon;Frederick Fred Freddie;Albert Bert;Alfred Alf;Harold Harry;
Henry Harry;Ronald Ron;Kenneth Ken;Leslie Les;Raymond Ray;Terence Terry;Geoffrey Geoff;Philip Phil;Timothy Tim;
Patrick Pat Paddy;Lawrence Larry;Laurence Larry;Donald Don;Gerald Gerry;Dennis Den;Leonard Len;Reginald Reg;
Jeffrey Jeff;Gregory Greg;Nathan Nat;Joshua Josh;Zachary Zac;Theodore Theo;Peter Pete;David Dave Davy;
Elizabeth Liz Betty Beth Lizzie;Margaret Maggie Peggy Meg;Catherine Cath Cathy Kate;Katherine Kate Kathy;
Kathleen Kath Kathy;Patricia Pat Trish Tricia;Susan Sue;Christine Chris Tina;Jacqueline Jackie;Deborah Debbie;
Barbara Barb Babs;Dorothy Dot Dolly;Florence Flo Florrie;Winifred Win;Jennifer Jenny Jen;Rebecca Becky;
Victoria Vicky;Samantha Sam;Stephanie Steph;Alexandra Alex Sandra;Josephine Jo;Joanne Jo;Joanna Jo;Amanda Mandy;
Pamela Pam;Valerie Val;Gillian Gill Jill;Sandra Sandie;Rosemary Rose;Isabella Bella;Isabelle Izzy;Charlotte Lottie;
Eleanor Ellie Nell;Abigail Abi;Natalie Nat;Jessica Jess;Danielle Dani;Melissa Mel;Melanie Mel;Angela Angie;
Theresa Terry;Teresa Tess;Judith Judy;Janet Jan;Caroline Caz;Penelope Penny;Matilda Tilly;Amelia Millie;
Evelyn Evie;Emily Em;Georgia George;Kimberley Kim;Michelle Shell;Marjorie Marge;Lilian Lily;Annabelle Bella
"""

Names = tuple[str, ...]
MALE: tuple[Names, ...] = tuple(tuple(names.split()) for names in _MALE)
FEMALE: tuple[Names, ...] = tuple(tuple(names.split()) for names in _FEMALE)
WELSH, SCOTTISH, IRISH = (tuple(tuple(names.split()) for names in each) for each in (_WELSH, _SCOTTISH, _IRISH))
NICKNAMES: dict[str, Names] = {
    words[0]: tuple(words[1:]) for words in (entry.split() for entry in _NICKNAMES.split(";")) if words
}
