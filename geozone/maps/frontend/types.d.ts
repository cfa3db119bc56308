// What the page is given by geozone.maps.payload and geozone.maps.page, and what its scripts make of it.

import type * as Leaflet from 'leaflet';
import type { App as PageApp } from './src/app.js';
import type { Chart as PageChart } from './src/chart.js';
import type { Features as PageFeatures } from './src/geometry.js';
import type { Sheet as PageSheet } from './src/labels.js';
import type { Tile as PageTile } from './src/tile.js';

declare module 'leaflet' {
  // what the page uses of Leaflet's renderers that its types leave out
  interface Map {
    _getMapPanePos(): Point;
    _animatingZoom?: boolean;
  }
  interface Renderer {
    _bounds: Bounds & { min: Point };
    _container: HTMLElement | null;
    _map: Map;
    _update(): void;
    initialize(options?: RendererOptions): void;
  }
}

declare module './src/app.js' {
  // what `start` and the parts of the page add
  interface App {
    chart?: Chart;
    still: boolean;
    grounds: Record<string, { symbol: PaintSymbol; features: Features }>;
    printing?: boolean;
    lit?: string | null; // colour of the class, or the sign of the entry, that the reader points at in the legend
    printRatio?: number;
    labels?: Label[];
    named?: { layer: FeatureLayer; feature: number; key: string }[];
    chosen?: Hit | null;
    hovered?: { unit: Unit | null; hit: Hit | null } | null;
    marked?: Hit | null;
    under: Hit[];
    closing?: Record<string, { layer: FeatureLayer; features: number[] }>;
    searchBox: HTMLElement;
    choose(subject: Subject): void;
    showItem(register: string, place: number): void;
    showFeature(layer: FeatureLayer, feature: number, around?: Box | null): Promise<void>;
    clicked?(hits: Hits, latlng: Leaflet.LatLng): void;
    hinted?(unit: Unit | null, hit: Hit | null, point: Leaflet.Point | null): void;
    defaultComparison(): Comparison;
    print(size: string): void;
  }
}

declare module './src/chart.js' {
  interface Chart {
    dividerOnCanvas(view: View): number;
    insetOnCanvas(view: View): { right: number; bottom: number };
  }
}

declare global {
  // A canvas that shows what its function draws, as a renderer of Leaflet.
  interface Picture extends Leaflet.Renderer {
    took: number; // milliseconds that the last picture took
    redraw(): void;
    turn(printing: boolean): void;
  }

  interface Window {
    geozone: PageEntry;
  }

  interface PageEntry {
    app?: App;
    open(options: Options): App;
    start(app: App): void;
    vector(app: App, key: string): Layer;
    tiles(app: App, key: string): Layer;
    relief(app: App, key: string): Layer;
    raster(app: App, key: string): Layer;
    base(app: App, key: string): Layer;
  }

  // asked for nothing, they find nothing
  interface Map<K, V> {
    get(key: K | null | undefined): V | undefined;
  }

  interface NumberConstructor {
    parseInt(text: string | null | undefined, radix: number): number;
  }

  interface Uint8ArrayConstructor {
    fromBase64?(text: string): Uint8Array<ArrayBuffer>; // of browsers since 2025
  }

  type App = PageApp;
  type Chart = PageChart;
  type Features = PageFeatures;
  type Tile = PageTile;
  type Sheet = PageSheet;

  type Lang = 'zh' | 'en';
  type Said = number | null; // the place of a pair of texts among the strings
  type Decimal = string | null; // a number as text, digit for digit that of the other outputs
  type Plain = string | number | boolean | null;
  type Row = Record<string, Plain>;
  type Pair = [number, number];
  type Box = ArrayLike<number>; // west, north, east, south in drawing units from the origin
  type Context = CanvasRenderingContext2D;

  interface Options {
    bounds: [number, number, number, number];
    lang?: Lang;
  }

  // A column of a table: its values, or its distinct values and the place of each row's among them.
  type Column<Value = Plain> = Value[] | { values: Value[]; places: number[] };
  type Columns<Shape> = { [Name in keyof Shape]: Column<Shape[Name]> };

  // --- rates

  interface StoredRate {
    unit_code: string;
    indicator: string;
    kind: string | null;
    unit: string | null;
    numerator: Decimal;
    denominator: Decimal;
    value: Decimal;
    low: Decimal;
    high: Decimal;
    target_value: Decimal;
    gap: Decimal;
    shown: Decimal;
    rank: number;
    basis: string | null;
    target_id: string | null;
    comparator: string | null;
    target_year: number | null;
    verdict: string | null;
    gap_unit: string | null;
    vintage: string | null;
    method: Said;
    note: Said;
  }

  interface RateWords {
    title_text: Said;
    value_text: Said;
    parts_text: Said;
    made_text: Said;
    target_text: Said;
    outcome_text: Said;
    gap_text: Said;
    statement_text: Said;
  }

  type RateNumbers = 'numerator' | 'denominator' | 'value' | 'low' | 'high' | 'shown' | 'target_value' | 'gap';
  type NumberedRate = Omit<StoredRate, RateNumbers> & Record<RateNumbers, number | null> & { printed: Decimal };
  type Rate = NumberedRate & RateWords;
  type RatesOf = Map<string, Map<string, Rate[]>>; // unit code -> indicator -> rows

  interface StoredYear {
    year: number;
    story: number;
    places: number[];
    rates: Columns<StoredRate>;
    rate_words: Columns<RateWords>;
  }

  interface Classes {
    known: number;
    bounds: number[];
    colours: string[];
    titles: number[];
    zero: Said;
  }

  interface Indicator {
    title: number;
    map_title: number;
    unit: number;
    share: boolean;
    layers: string[];
    registers: string[];
    part_of: string | null;
    map_rank: number | null;
    open: [string, number[]][];
    classes: Partial<Record<string, Classes>>;
  }

  interface Target {
    title: number;
    reference: boolean;
    documents: string[];
    clause: string;
    region: number;
    text: number;
    printed: Record<string, string>;
    denominator: number;
    reading: Said;
    note: number;
  }

  // --- units, regions, places

  type Level = 'county' | 'city' | 'province' | 'zone';

  interface Unit {
    place: number;
    code: string;
    name: string;
    nameEn: string;
    level: Level;
    parent: string;
    area: number | null;
    areaText: Said;
    seat: [number, number, number] | null; // x, y, rank
    label: [number, number, number]; // x, y, radius of a circle inside
    members?: undefined;
  }

  interface Region {
    place: null;
    code: string;
    name: string;
    nameEn: string;
    level: 'region';
    parent: string;
    area: number | null;
    areaText: Said;
    members: Unit[];
  }

  type Subject = Unit | Region;

  interface Place {
    id: string;
    feature: number;
    name: number;
    kind: number;
    units: string[];
    bbox: [number, number, number, number];
    code: string | null;
  }

  // --- registers

  interface Item {
    item_id: string;
    name: string;
    name_en: string | null;
    province_code: string | null;
    city_code: string | null;
    county_code: string | null;
    status: string;
    status_date: string | null;
    planned_year: number | string | null;
    shore_km: number | null;
    area_km2: number | null;
    length_km: number | null;
    basis: string | null;
    source: string | null;
    source_en?: string | null; // where it differs
    source_date: string | null;
    confidence: string | null;
    note: string | null;
  }

  interface StoredRegister {
    id: string;
    title: number;
    item: number;
    basis: string;
    as_of: string;
    source: number;
    totals: { unit_code: string; count: number; source: string }[];
  }

  type Register = StoredRegister & { items: Item[] };

  // --- layers

  interface PaintSymbol {
    kind: string; // fill, hatch, tint, stroke, dot
    fill?: string | null;
    stroke?: string | null;
    width?: number;
    opacity?: number;
    dash?: string | null;
    size?: number;
    mark?: string; // square, triangle, diamond; else a circle
  }

  interface LegendEntry {
    key: string;
    title: number;
    symbol: PaintSymbol;
  }

  interface LayerWords {
    key: string;
    id: string;
    role: string;
    role_title: number;
    made_from: string; // the role that the run makes it of, or nothing
    columns: string;
    register: string | null;
    named_to: number | null;
    sea: boolean; // it lies in the sea
    title: number;
    basis: string;
    source: number;
    licence: string;
    vintage: string;
    accuracy: number;
    note: number;
  }

  type TileBox = [x: number, y: number, west: number, north: number, east: number, south: number];

  interface StoredLayer extends LayerWords {
    count: number;
    legend: LegendEntry[];
    counts: number[];
    attributes: number[];
    show: boolean;
    flow: number[] | null;
    amounts?: number[];
    counts_items?: boolean;
    item_sets: number[][];
    symbols?: number[] | null;
    items?: number[] | null;
    tiles?: [zoom: number, least: number, tiles: TileBox[]][];
    individual?: number;
    overview?: { url: string; box: [number, number, number, number] };
    anchors?: (Pair | null)[]; // of each feature the place of its mark and its name
  }

  interface Attributes {
    (feature: number): Row;
    names(): Generator<{ feature: number; names: string[] } | null>;
  }

  // A feature of a tile as it is stored.
  type StoredFeature = { row: number; kind: number; geometry: Uint8Array };

  // Features of one legend entry: a point by its place, of others many in one path.
  type Bundle = { kind: number; feature: number; path?: undefined } | { kind: number; path: Path2D; size: number; points: number; feature?: undefined };

  // What names are placed by: the features of a layer or of one of its tiles.
  type Shapes = Pick<Tile, 'count' | 'kind' | 'firstRing' | 'firstPoint'> & {
    xy: Int32Array | Float32Array;
    rows?: Uint32Array;
    box(feature: number): Int32Array | Float64Array;
  };

  // What was drawn together, and where.
  type DrawnPart = { points: number; target: Context };

  // The features of a tile in flat arrays.
  type UnpackedTile = {
    rows: Uint32Array<ArrayBuffer>;
    kinds: Uint8Array<ArrayBuffer>;
    firstRing: Uint32Array<ArrayBuffer>; // of each feature, and one behind the last
    firstPoint: Uint32Array<ArrayBuffer>; // of each ring, and one behind the last
    xy: Float32Array<ArrayBuffer>;
    boxes: Float64Array<ArrayBuffer>; // west, north, east, south of each feature
  };
  // A compressed tile, its zoom and place, and the page's origin.
  type UnpackTask = [packed: Uint8Array, zoom: number, x: number, y: number, origin: Pair];

  const WORKER_SOURCE: string; // the worker's script, put in by build.mjs

  type TilePlace = { x: number; y: number; name: string; box: Box };
  type TileLevel = { zoom: number; least: number; tiles: TilePlace[] };

  // The parts that a kind of layer lacks.
  type Without<Names extends string> = { [Name in Names]?: undefined };

  interface LayerState {
    shown: boolean;
    addTo(app: App): Layer;
    attach?(chart: Chart): void;
    under?: boolean; // of images under the units
  }

  interface FeatureState {
    row: Attributes;
    names?: Map<number, string[]>; // that were asked for, by feature
  }

  interface VectorLayer extends Omit<StoredLayer, 'tiles'>, LayerState, FeatureState, Without<'near' | 'paint' | 'pick' | 'outline' | 'hold' | 'locate'> {
    features: Features;
    reaches?: Path2D[][];
  }

  interface TiledLayer extends Omit<StoredLayer, 'symbols' | 'items'>, LayerState, FeatureState, Without<'features'> {
    symbols: Int32Array | null;
    items: Int32Array | null;
    loading: number;
    wanted: Set<string>;
    found?: Map<number, { tile: Tile; feature: number }>;
    held?: { row: number; tile: Tile; feature: number };
    paint(context: Context, view: View, year?: number | null): void;
    near(view: View): Tile[];
    pick(x: number, y: number, reach: number, zoom: number): number[];
    outline(context: Context, view: View, row: number, draw: Outline): void;
    hold(row: number): void;
    locate(row: number): Promise<Box | null>;
    settle(zoom: number, box: Box): Promise<void>;
  }

  type FeatureLayer = VectorLayer | TiledLayer;

  type NoFeatures = Without<'features' | 'anchors' | 'near' | 'row' | 'pick' | 'outline' | 'hold' | 'locate' | 'counts' | 'amounts' | 'item_sets' | 'items' | 'symbols' | 'flow' | 'named_to' | 'sea' | 'register'>;

  interface ImageLayer extends Partial<LayerWords>, LayerState, NoFeatures {
    key: string;
    id: string;
    basis: string | null;
    box: [number, number, number, number];
    url: string;
    legend?: LegendEntry[];
    paint(context: Context, view: View): void;
  }

  interface BaseLayer extends LayerState, NoFeatures, Without<'legend' | 'role' | 'made_from' | 'source' | 'licence'> {
    key: string;
    id: string;
    title: number;
    basis: null;
    paint(): void;
  }

  type Layer = VectorLayer | TiledLayer | ImageLayer | BaseLayer;
  type DrawnLayer = FeatureLayer | ImageLayer;

  type Outline = (path: Path2D, colour: string, width: number) => void;
  type Hit = { layer: FeatureLayer; feature: number };
  type Hits = { unit: Unit | null; features: Hit[]; item?: { item: Item; register: Register } };

  // How drawing units fall on a canvas: device pixels per unit, and where the origin lies.
  interface View {
    scale: number;
    left: number;
    top: number;
    ratio: number; // device pixels per CSS pixel
    width: number;
    height: number;
    zoom: number;
    printing: boolean;
    window: number[]; // what of the canvas is in view: left, top, right, bottom
    box: Box;
  }

  type PaintView = Pick<View, 'scale' | 'left' | 'top' | 'ratio' | 'width' | 'height'> & { printing?: boolean };

  // --- names on the map

  interface LabelStyle {
    size: number;
    weight: number;
    colour: string;
    halo: string;
    spacing?: number;
    fonts?: string;
    slant?: number;
    cut?: boolean; // false where no name is better than a part of it
    rank: number;
    kind?: string;
    code?: string;
    level?: string;
  }

  interface Seat {
    unit: Unit;
    rank: number;
    x: number;
    y: number;
    point: boolean;
    size: number;
    named?: boolean;
    room?: number[];
  }

  type Glyph = { x: number; y: number; angle: number };

  interface LabelBase {
    name: string;
    style: LabelStyle;
    box: number[];
    code: string | null;
    level: string | null;
    kind: string;
    rank: number;
  }

  // in one piece, or character by character along a line
  type LevelLabel = LabelBase & { x: number; y: number; width: number; places?: undefined };
  type TurnedLabel = LabelBase & { characters: string[]; places: Glyph[]; steep: boolean };
  type Label = LevelLabel | TurnedLabel;

  // --- barriers

  interface Closing {
    gaps: { feature: number[]; area: number[]; unit: (number | null)[]; parts: number[][]; beside: number[][] };
    parts: number[];
    largest: number;
    best: number[];
    units: { place: number[]; whole: number[]; protected: number[] };
  }

  interface Belt {
    title: number;
    text: number;
    more: Said;
    axis: string | null;
    breaks: string | null;
    gaps: string | null;
    card: string | null;
    safe: boolean;
    narrow_km: number;
    closing: Closing | null;
  }

  // A row of the layers that a barrier is drawn with.
  interface BeltRow {
    feature: number;
    axis: number | string;
    along_km: number;
    length_km: number;
    width_km: number;
    protected_width_km?: number | null;
    county_code: string;
    rank: number;
    kind: string;
    there: string | null;
    there_en: string | null;
  }

  interface BeltLayers {
    axis: FeatureLayer | null;
    breaks: FeatureLayer | null;
    gaps: FeatureLayer | null;
  }

  // --- the payload

  interface Source {
    sort: string;
    id: string;
    title: number;
    basis: string;
    source: number;
    date: string;
    licence: number;
    accuracy: number;
    note: number;
    taken: string;
    citation: number;
  }

  interface PolicyDocument {
    title: number;
    issued: string;
    issuer: number;
    url: string;
    chapters: Record<string, number>;
  }

  interface Finding {
    severity: string;
    layer: string;
    message: number;
    remedy: number;
  }

  interface Gap {
    title: number;
    answers: boolean;
    demands: number;
    rows: number[];
  }

  interface Payload {
    version: string;
    texts: Record<string, [string, string]>;
    strings: [string, string][];
    zone: { key: string; kind: string; title: number; note: number; documents: string[] };
    review: string;
    units: {
      code: string[];
      name: string[];
      name_en: string[];
      level: Level[];
      parent: string[];
      area_km2: Decimal[];
      area: Said[];
      partition: Record<string, number[]>;
      label: [number, number, number][];
      seat: ([number, number, number] | null)[];
    };
    indicators: Record<string, Indicator>;
    mappable: string[];
    dates: { first: number | null; last: number | null; unsaid: boolean };
    regions: { code: string; name: number; members: string[]; area_km2: Decimal; area: number }[];
    places: { layer: string | null; items: Place[] };
    rates: Columns<StoredRate>;
    rate_words: Columns<RateWords>;
    tally: { verdict: string; title: number; count: number }[];
    story: number;
    leading: string[];
    belts: Belt[];
    missing: Gap[];
    missing_targets: { uncomputed: number; undecided: number };
    targets: Record<string, Target>;
    documents: Record<string, PolicyDocument>;
    registers: Record<string, StoredRegister & { items: Columns<Item> }>;
    findings: Finding[];
    finding_count: number;
    since: { summary: number; groups: { part: string; title: number; lines: number[] }[]; cut: boolean } | null;
    sources: Source[];
    drawn: { undated: string; mixed: string; uncounted: string[]; unlisted: string; order: string[] };
    marks: Record<string, string>;
    silent: number;
    rate_colours: { zero: string; missing: string };
    readings: Record<string, string>;
    backdrop: {
      paper: string;
      land: string;
      stream_widths: number[];
      grounds: Record<string, PaintSymbol>;
      names: { kind: string; rank: number; title: number; at: Pair }[];
    };
    layers: StoredLayer[];
    rasters: (LayerWords & { url: string; box: [number, number, number, number]; legend: LegendEntry[] })[];
    relief?: { url: string; box: [number, number, number, number]; opacity: number; darkest: number };
    base_map?: { title: number; urls: string[]; attribution: string; subdomains: string[] };
  }

  // --- what the parts of the page hand each other

  // The card of an indicator: its rows, and those of the indicators that are part of it.
  type Entry = { id: string; rates: Rate[]; parts: Rate[][]; rank?: number };
  type ClassEntry = { key: string; title: string; colour?: string; band?: boolean };
  type Found = { title: string; kind: string; action: () => void };

  // --- what the reader has chosen

  interface Comparison {
    left: string;
    right: string;
  }

  interface State {
    lang: Lang;
    unit: number;
    region: string | null; // code of the region of several units that is chosen instead
    indicator: string | null;
    level: string;
    year: number | null; // null: the latest
    compare: Comparison | null;
    graticule: boolean;
  }

  // --- elements

  type Child = Node | string | number | false | null | undefined | Child[];
  type OfElement<Kind extends Event, E> = Omit<Kind, 'target' | 'currentTarget'> & Kind & { target: E; currentTarget: E };
  type Handlers<E> = { [Name in keyof GlobalEventHandlersEventMap as `on${Name}`]?: (event: OfElement<GlobalEventHandlersEventMap[Name], E>) => void };
  type Properties<E> = Handlers<E> & { style?: Partial<Record<string, string>>; [name: string]: unknown };
}
