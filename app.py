"""The app: python -m streamlit run app.py"""

import streamlit as st

from advisor.ui.state import warm_up

st.set_page_config(page_title="Fine-tune decision advisor", page_icon=":material/alt_route:")
PAGES = "advisor/ui/pages/"
page = st.navigation(
    [
        st.Page(PAGES + "advise.py", title="Advise", icon=":material/alt_route:", default=True),
        st.Page(PAGES + "pilot.py", title="Pilot", icon=":material/science:"),
        st.Page(PAGES + "templates.py", title="Template", icon=":material/data_object:"),
        st.Page(PAGES + "cases.py", title="Cases", icon=":material/menu_book:"),
        st.Page(PAGES + "homework.py", title="Homework", icon=":material/edit_note:"),
        st.Page(PAGES + "class_view.py", title="Class", icon=":material/groups:"),
        st.Page(PAGES + "practice.py", title="Practice", icon=":material/quiz:"),
    ],
    position="top",
)
page.run()
warm_up()  # after the page is drawn: nobody waits for a model before reading it
