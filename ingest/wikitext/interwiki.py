"""Link prefixes that lead to another wiki or site: the usual interwiki map of the Wikimedia wikis.

A dump does not carry its interwiki map, and "Star Trek: Picard" shows that a colon alone says nothing. So the prefixes
are listed here: the language codes of Wikipedia, the sister projects and the common targets outside.
"""

_LANGUAGES = """
    aa ab ace ady af ak als alt am ami an ang ann anp ar arc ary arz as ast atj av avk awa ay az azb ba ban bar
    bat-smg bbc bcl bdr be be-tarask be-x-old bew bg bh bho bi bjn blk bm bn bo bol bpy br bs btm bug bxr ca cbk-zam
    cdo ce ceb ch cho chr chy ckb co cr crh cs csb cu cv cy cz da dag de dga din diq dk dsb dtp dty dv dz ee egl el
    eml en eo epo es et eu ext fa fat ff fi fiu-vro fj fo fon fr frp frr fur fy ga gag gan gcr gd gl glk gn gom gor
    got gpe gsw gu guc gur guw gv ha hak haw he hi hif ho hr hsb ht hu hy hyw hz ia iba id ie ig igl ii ik ilo inh
    io is isv it iu ja jam jbo jp jv ka kaa kab kai kaj kbd kbp kcg kg kge ki kj kk kl km kn knc ko koi kr krc ks
    ksh ku kus kv kw ky la lad lb lbe lez lfn lg li lij lld lmo ln lo lrc lt ltg lv lzh lzz mad mag mai map-bms mdf
    mg mh mhr mi min minnan mk ml mn mni mnw mo mos mr mrj ms mt mus mwl my myv mzn na nah nan nap nb nds nds-nl ne
    new ng nia nl nn no nostalgia nov nqo nr nrm nso nup nv ny oc olo om or os pa pag pam pap pcd pcm pdc pfl pi pih
    pl pms pnb pnt ppl ps pt pwn qu rgn rki rm rmy rn ro roa-rup roa-tara rsk ru rue rup rw sa sah sat sc scn sco sd
    se sg sgs sh shi shn shy si simple sk skr sl sm smn sn so sq sr srn ss st stq su sv sw syl szl szy ta tay tcy
    tdd te tet tg th ti tig tk tl tly tn to tok tpi tr trv ts tt tum tw ty tyv udm ug uk ur uz ve vec vep vi vls vo
    vro wa war wo wuu xal xh xmf yi yo yue za zea zgh zh zh-classical zh-cn zh-min-nan zh-tw zh-yue zu
"""

_PROJECTS = """
    acronym advisory arxiv b bug bugzilla c choralwiki comixpedia commons d dbdump debian dict
    discogs doi donate etherpad f fandom flickrphoto flickruser foundation freebsdman freedomdefined freenode gerrit
    github gitlab google googlegroups gutenberg gutenbergwiki hdl iarchive ietf imdbname imdbtitle incubator irc
    jira jstor kamelo labsconsole libreplanet listarchive lyricwiki m mail mailarchive mediawikiwiki memoryalpha meta
    metawiki metawikimedia metawikipedia mw mwod n nost oclc oeis oldwikisource orcid orthodoxwiki otrs otrswiki
    outreach outreachwiki petscan phab phabricator pmid pyrev q quality quarry rev rfc s sep11 slwiki sourceforge spcom
    species strategy sulutil svn ten testwiki test2wiki testwikidata ticket toolforge toollabs tools translatewiki
    tvtropes unihan urbandict usability v viaf voy w wikia wikibooks wikidata wikifunctions wikihow wikiindex
    wikilivres wikimania wikimedia wikinews wikinvest wikiquote wikisource wikisophia wikispecies wikispore wikitech
    wikitravel wikiversity wikivoyage wikt wiktionary wmania wmdoc wmf wookieepedia worldcat
"""

INTERWIKI_PREFIXES = frozenset(_LANGUAGES.split()) | frozenset(_PROJECTS.split())
