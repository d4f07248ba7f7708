"""The posts of a site that uses jekyll-feed: one for each thing that authors write, and Jekyll reads its own way."""

from __future__ import annotations

import unicodedata

CONFIG = """\
title: 'Harbour "News" & <Co>'
description: "What the harbour & the sea say"
plugins: [jekyll-feed]
feed: {posts_limit: 500, categories: [News, 환경, IT, Deep Sea], tags: {except: [later]}}
author: ann
lang: en
"""
"""``_config.yml`` but for the address, the time zone and the permalink, which each test adds."""

AUTHORS = """\
ann: {name: "Ann & Sons", email: ann@harbour.example, uri: "https://ann.example/~ann"}
박: {name: 박상아, uri: "https://park.example/~sanga"}
quiet: {email: nobody@harbour.example}
"""

NFD = unicodedata.normalize("NFD", "항구")

POSTS: dict[str, str] = {
    # Dates.
    "2024-01-02-name-only.md": "title: The name has the date",
    "2024-01-03-date-only.md": "title: A day\ndate: 2024-01-04",
    "2024-01-03-zoned.md": "title: A zone\ndate: 2024-01-04 23:30:00 -0800",
    "2024-01-03-zoned-colon.md": "title: A zone with a colon\ndate: 2024-01-04T23:31:00+09:00",
    "2024-01-03-zulu.md": "title: Zulu\ndate: 2024-01-04T23:32:00Z",
    "2024-01-03-seconds.md": "title: No zone, but seconds\ndate: 2024-01-04 20:33:00",
    "2024-01-03-seconds-t.md": "title: No zone, a T and seconds\ndate: 2024-01-04T20:34:05",
    "2024-01-03-minutes.md": "title: No zone, no seconds\ndate: 2024-01-04 20:35",
    "2024-01-03-quoted.md": "title: Quoted, no zone\ndate: '2024-01-04 20:36:00'",
    "2024-01-03-double-quoted.md": 'title: Quoted, no zone\ndate: "2024-01-04 20:36:30"',
    "2024-01-03-quoted-zone.md": "title: Quoted, with a zone\ndate: '2024-01-04 20:37:00 +0100'",
    "2024-01-03-fraction.md": "title: A fraction\ndate: 2024-01-04 20:38:00.75",
    "2024-01-03-named-zone.md": "title: A named zone\ndate: 2024-01-04 20:39:00 EST",
    "2024-01-03-no-zone-blank.md": "title: Zone without a blank\ndate: 2024-01-04 20:40:00+02",
    "2024-01-03-minutes-zone.md": "title: No seconds, a zone\ndate: 2024-01-04 20:41 +0900",
    "2024-03-10-spring.md": "title: The hour that is not\ndate: 2024-03-10 02:30",
    "2024-11-03-autumn.md": "title: The hour that comes twice in New York\ndate: 2024-11-03 01:30",
    "2024-10-27-autumn-in-london.md": "title: The hour that comes twice in London\ndate: 2024-10-27 01:30",
    "2024-07-01-summer.md": "title: Summer time\ndate: 2024-07-01 09:00",
    "24-2-3-short.md": "title: A short year",
    "2024-2-4-single-digits.md": "title: Single digits",
    "2024-01-05-same-day-1.md": "title: Same day, one",
    "2024-01-05-same-day-2.md": "title: Same day, two",
    "2024-01-05-same-day-10.md": "title: Same day, ten",
    "2024-01-05-Same-Day-Capital.md": "title: Same day, capital",
    "2024-01-06-modified.md": "title: Modified\nlast_modified_at: 2024-05-06 07:08:09 +0000",
    "2024-01-06-modified-day.md": "title: Modified on a day\nlast_modified_at: 2024-05-06",
    "2024-01-06-modified-seconds.md": "title: Modified without a zone\nlast_modified_at: 2024-05-06 07:08:09",
    "2024-01-06-modified-before.md": "title: Modified before\nlast_modified_at: 2023-05-06",
    "2024-01-06-updated.md": "title: Another word for it\nupdated: 2024-05-06",
    "2099-01-01-future.md": "title: The future",
    "2024-01-07-future-date.md": "title: The future in front matter\ndate: 2099-02-03",
    # What is kept back.
    "2024-01-08-unpublished.md": "title: Kept back\npublished: false",
    "2024-01-08-published.md": "title: Let go\npublished: true",
    "2024-01-08-draft.md": "title: A draft\ndraft: true",
    "2024-01-08-no-draft.md": "title: No draft\ndraft: false",
    # Addresses.
    "2024-01-09-own.md": "title: Own permalink\npermalink: /own/place/",
    "2024-01-09-own-html.md": "title: Own permalink, a file\npermalink: /own/place.html",
    "2024-01-09-own-bare.md": "title: Own permalink, bare\npermalink: /own/bare",
    "2024-01-09-own-template.md": "title: Own template\npermalink: /t/:year/:title/",
    "2024-01-09-own-hangul.md": "title: Own permalink in Hangul\npermalink: /항구/소식/",
    "2024-01-09-own-spaces.md": "title: Own permalink with blanks\npermalink: /a place/for us/",
    "2024-01-09-own-escaped.md": "title: Own permalink, escaped\npermalink: /a%20place/%ED%95%AD/",
    "2024-01-09-slug.md": "title: A slug\nslug: Another-Name",
    "2024-01-09-slug-odd.md": "title: An odd slug\nslug: 'C# & R&D: 100%'",
    "2024-01-09-Upper-Case.md": "title: Upper case",
    "2024-01-09-바다-소식.md": "title: 바다 소식",
    f"2024-01-09-{NFD}.md": "title: Decomposed",
    "2024-01-09-under_score.md": "title: Underscore",
    "2024-01-09-with space.md": "title: A space in the name",
    "2024-01-09-dots.in.name.md": "title: Dots in the name",
    "2024-01-09-trailing-dots...md": "title: Dots at the end",
    "2024-01-09-odd!name's(here).md": "title: Odd letters",
    "2024-01-09-hash#name.md": "title: A hash in the name",
    "2024-01-09-percent%20name.md": "title: A percent sign in the name",
    "2024-01-09-plus+name.md": "title: A plus sign in the name",
    "2024-01-09-question?name.md": "title: A question mark in the name",
    "2024-01-09-brackets[1].md": "title: Brackets in the name",
    "2024-01-09-emoji-😀.md": "title: An emoji in the name",
    "2024-01-09--double--hyphens-.md": "title: Hyphens at both ends",
    "2024-01-09-page.html": "title: HTML",
    "2024-01-09-page-long.markdown": "title: The long extension",
    "2024-01-09-below.md": "title: In a category that is called as the path of the site\ncategories: [blog]",
    "sub/dir/2024-01-10-nested.md": "title: In a directory below\ncategories: [News]",
    # Categories and tags.
    "2024-01-11-category-text.md": "title: Categories as text\ncategories: News Sea",
    "2024-01-11-category-list.md": "title: Categories as list\ncategories: [News, Deep Sea]",
    "2024-01-11-category-block.md": "title: Categories as block list\ncategories:\n- Sea\n- News",
    "2024-01-11-category-one.md": "title: One category\ncategory: Deep Sea",
    "2024-01-11-category-both.md": "title: Category and categories\ncategory: Sea\ncategories: [News]",
    "2024-01-11-category-hangul.md": "title: 한글 범주\ncategories: [환경, 경제]",
    "2024-01-11-category-upper.md": "title: Upper-case category\ncategories: [IT]",
    "2024-01-11-category-twice.md": "title: A category twice\ncategories: [Sea, Sea]",
    "2024-01-11-category-number.md": "title: A number for a category\ncategories: [2024, Sea]",
    "2024-01-11-category-markup.md": "title: An ampersand in a category\ncategories: ['R&D', 'C++ / C#']",
    "2024-01-11-category-empty.md": "title: Empty categories\ncategories: []",
    "2024-01-11-category-null.md": "title: No categories\ncategories:",
    "2024-01-11-tags-text.md": "title: Tags as text\ntags: alpha beta",
    "2024-01-11-tags-list.md": "title: Tags as list\ntags: [alpha, two words, 태그]",
    "2024-01-11-tag-one.md": "title: One tag\ntag: two words",
    "2024-01-11-tag-both.md": "title: Tag and tags\ntag: alpha\ntags: [beta, later]",
    "2024-01-11-category-and-tag.md": "title: The same word twice\ncategories: [Sea]\ntags: [Sea, alpha]",
    # Titles.
    "2024-01-12-without-title.md": "layout: none",
    "2024-01-12-empty-title.md": "title: ''",
    "2024-01-12-title-markup.md": "title: '<em>Loud</em> and <b>bold</b>'",
    "2024-01-12-title-entity.md": "title: 'Fish &amp; chips &#8212; &lt;fresh&gt;'",
    "2024-01-12-title-ampersand.md": "title: 'R&D, AT&T & co'",
    "2024-01-12-title-less.md": "title: 'a < b and c > d'",
    "2024-01-12-title-quotes.md": 'title: "He said \\"don\'t\\" -- and left..."',
    "2024-01-12-title-single.md": "title: \"The '90s: rock 'n' roll, 5' 6\\\"\"",
    "2024-01-12-title-dashes.md": "title: 'one - two -- three --- four'",
    "2024-01-12-title-hangul-quotes.md": "title: '\"한국\"의 ''바다'' 소식'",
    "2024-01-12-title-guillemets.md": "title: 'he said << no >> twice'",
    "2024-01-12-title-emoji.md": "title: '📚 Books 👩‍👩‍👧 and 𝒻ish'",
    "2024-01-12-title-star.md": "title: 'A *starred* and `coded` _title_ 2 * 3'",
    "2024-01-12-title-number.md": "title: 2024",
    "2024-01-12-title-time.md": "title: '12:30'",
    "2024-01-12-title-bare-time.md": "title: 12:30",
    "2024-01-12-title-float.md": "title: 1.10",
    "2024-01-12-title-true.md": "title: yes",
    "2024-01-12-title-lines.md": "title: >\n  Two\n  lines",
    "2024-01-12-title-blanks.md": "title: '  many    blanks\tand a tab '",
    "2024-01-12-title-backslash.md": "title: 'a \\\"quoted\\\" C:\\dir'",
    "2024-01-12-title-link.md": "title: 'See [this](https://x.example) and {{ liquid }}'",
    "2024-01-12-title-tag-names.md": "title: 'C++ <vector> and Map<String, List>'",
    "2024-01-12-title-script.md": "title: 'before <script>alert(1)</script> after<br>and <!-- not --> more'",
    # Authors.
    "2024-01-13-author-key.md": "title: A key\nauthor: 박",
    "2024-01-13-author-unknown.md": "title: A name\nauthor: Kim & Lee",
    "2024-01-13-author-mapping.md": "title: A mapping\nauthor: {name: Lee, email: lee@harbour.example, uri: 'https://lee.example/'}",
    "2024-01-13-authors-list.md": "title: A list of keys\nauthors: [박, ann]",
    "2024-01-13-author-and-authors.md": "title: Both\nauthor: ann\nauthors: [박]",
    "2024-01-13-author-nameless.md": "title: Without a name\nauthor: quiet",
    # Summaries.
    "2024-01-14-description.md": "title: Description\ndescription: 'What <b>it</b> says & means'\nexcerpt: Not this",
    "2024-01-14-excerpt.md": "title: Excerpt\nexcerpt: 'An *own* excerpt'",
    "2024-01-14-separator.md": "title: A separator\nexcerpt_separator: <!--more-->",
    "2024-01-14-excerpt-only.md": "title: Excerpt only\nfeed: {excerpt_only: true}",
    "2024-01-14-first-paragraph.md": "title: First paragraph",
    # Images.
    "2024-01-15-image.md": "title: An image\nimage: /img/sea.jpg",
    "2024-01-15-image-mapping.md": "title: An image in a mapping\nimage: {path: img/바다.jpg, width: 1}",
    "2024-01-15-image-elsewhere.md": "title: An image elsewhere\nimage: https://cdn.example/sea.jpg?x=1&y=2",
    "2024-01-15-language.md": "title: 언어\nlang: ko",
}
"""Path below ``_posts`` -> front matter."""

BODIES: dict[str, str] = {
    "2024-01-14-separator.md": "First *part*.\n\nStill the first.\n\n<!--more-->\n\nThe rest.\n",
    "2024-01-14-first-paragraph.md": 'The first "paragraph"\nof [two][1].\n\nThe second.\n\n[1]: https://x.example/\n',
    f"2024-01-09-{NFD}.md": "No picture here.\n",
    "2024-01-09-page.html": "<p>First.</p>\n\n<p>Second &amp; last.</p>\n",
}
"""Path below ``_posts`` -> what follows the front matter, where it is not ``BODY``."""

BODY = "The *first* paragraph & more.\n\nThe second, with a [link](/place/) and ![an image](sea.png).\n"

PICTURES = ("img/sea.jpg", "img/바다.jpg")
PICTURE = (
    b"GIF89a\x28\x00\x1e\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff,\x00\x00\x00\x00\x28\x00\x1e\x00\x00\x02\x02D\x01\x00;"
)
"""The pictures that posts name, all of them alike."""

SPREAD = {
    "news/_posts/2024-02-01-above.md": "title: In a directory above\ncategories: Sea",
    "news/deep/_posts/below/2024-02-02-deep.md": "title: In two directories above",
    "_posts/2024-02-03-default.md": "title: With defaults",
    "_recipes/2024-02-04-soup.md": "title: Soup\ntags: [hot]",
    "_recipes/fish/cake.md": "title: 'Fish \"cake\"'\ndate: 2024-02-05 10:00:00",
    "_recipes/slug.md": "title: A slug\ndate: 2024-02-06\nslug: other",
    "_drafts/unfinished.md": "title: Unfinished",
}
"""Path below the site -> front matter, of a site whose posts are in several places."""

SPREAD_CONFIG = """\
title: Harbour
author: ann
plugins: [jekyll-feed]
url: https://harbour.example
timezone: America/New_York
permalink: /:categories/:title/
collections: {recipes: {output: true}}
feed: {collections: [recipes]}
defaults:
- scope: {path: "", type: posts}
  values: {author: 박, image: "https://cdn.example/harbour.png"}
"""
