"""The peer of `benchmarks.page`: a bare Streamlit script with as many widgets as the form."""

import streamlit as st

PILLS = ["Square", "Portrait 3:4", "Portrait 9:16", "Landscape 4:3", "Landscape 16:9", "Custom"]

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
    shape = st.pills("Shape", PILLS, default="Square")
    st.caption(f"shape is {shape}")
    with st.expander("Advanced"):
        st.slider("Steps", 1, 10, 4)
        st.number_input("Seed", value=None, step=1)
        st.button("draw", key="seed-dice")
        st.text_input("Avoid")
        st.multiselect("Styles", ["one", "two"])
    st.button(f"Run as {shape}", type="primary")
with right:
    st.info("Nothing here yet")
