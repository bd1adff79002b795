"""The peer of `benchmarks.page`: a bare Streamlit script with as many widgets as the form.

`?form=largest` has those of the largest one too: a player for the file that was given, places for
two more, and as many numbers. `?form=watching` redraws one line every second beside it, which is
the least that one who watches a run can cost (`benchmarks.people`).
"""

import time

import streamlit as st

PILLS = ["Square", "Portrait 3:4", "Portrait 9:16", "Landscape 4:3", "Landscape 16:9", "Custom"]

WATCHING = st.query_params.get("form") == "watching"
LARGEST = st.query_params.get("form") == "largest"

st.set_page_config(layout="wide")
st.title("Bare")
with st.sidebar:
    st.metric("Balance", "$5.00")
    st.metric("Spent today", "$0.00")
left, right = st.columns([5, 6])
with left:
    st.segmented_control("What", ["Make", "Enlarge"], default="Make")
    st.selectbox("Model", ["one", "two", "three", "four"])
    st.text_area("Prompt")
    with st.container(horizontal=True):
        for name in ("one", "two", "three", "four", "dice"):
            st.button(name, key=f"example-{name}")
    if LARGEST:
        st.audio(b"ID3", format="audio/mpeg")
        st.button("Choose another")
        for name in ("first", "last"):
            st.file_uploader(name)
            st.caption("at most 10 MB")
            st.button(f"sample-{name}")
        st.slider("Frames", 49, 241, 120)
        st.caption("5 seconds")
    shape = st.pills("Shape", PILLS, default="Square")
    st.caption(f"shape is {shape}")
    with st.expander("Advanced"):
        st.slider("Steps", 1, 10, 4)
        if LARGEST:
            st.slider("Guidance", 1.0, 20.0, 7.0)
            st.slider("Frames per second", 16, 30, 24)
        st.number_input("Seed", value=None, step=1)
        st.button("draw", key="seed-dice")
        st.text_input("Avoid")
        st.multiselect("Styles", ["one", "two"])
    st.button(f"Run as {shape}", type="primary")
with right:
    if WATCHING:
        st.fragment(lambda: st.html(f"<p>Working, {time.time():.0f}</p>"), run_every=1.0)()
    else:
        st.info("Nothing here yet")
