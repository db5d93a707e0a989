"""Programs for those who work on fakefax: they write what the package ships ready-made. None of it is installed.

geography_tables    fakefax/geography/tables/, from pycountry and phonenumbers
fake_data_tables    fakefax/scenario/fake_data.json, from Faker
docs                what the documentation has from the code: pages and tables in docs/reference
docs_site           the hooks of the site, which mkdocs.yml names
page_picture, terminal_picture, architecture_picture    docs/images
lock                .ci/constraints.txt, the versions that the README's commands install
"""
