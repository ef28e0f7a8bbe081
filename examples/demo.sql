\echo 'Books like War and Peace, as anybody would type it:'
select title, author, round((1 - (embedding <=> (select embedding from books where title = 'War and Peace')))::numeric, 3) as similarity
from books
where title <> 'War and Peace'
order by embedding <=> (select embedding from books where title = 'War and Peace')
limit 5;

\echo 'The same question as a function, of The Fellowship of the Ring:'
select title, similarity from similar_articles('The Fellowship of the Ring', 5, 'book');

\echo 'Which links are near a link:'
select kind, title, similarity from similar_links('Napoleon', 5);

\echo 'Films like a book:'
select title, similarity from similar_articles('The Fellowship of the Ring', 3, 'film');

\echo 'Science fiction after 1950, near Nineteen Eighty-Four, filtered by facets:'
select title, year, genre
from books
where year > 1950 and 'Science fiction' = any (genre)
order by embedding <=> (select embedding from books where title = 'Nineteen Eighty-Four')
limit 5;

\echo 'A title half remembered:'
select title, alias, score from search_articles('brothers karamasov', 2);
