module example.org/fax

go 1.19
